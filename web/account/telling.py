"""How I am told: which notices by which channel, and when not."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import actions, queries
from notifications.states import Channel, Group
from web.shared.forms import ClockField, Form, carry_out, show
from web.shared.pages import me


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


class TellingForm(Form):
    """A table of notices × channels, and two times of day."""

    cells = forms.MultipleChoiceField(
        label=gettext_lazy("How we tell you"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(f"{group}-{channel}", "") for group in Group for channel in Channel],
        required=False,
    )
    starts = ClockField(label=gettext_lazy("Quiet from"), max_length=5)
    ends = ClockField(
        label=gettext_lazy("Quiet until"),
        help_text=gettext_lazy("The same time twice means no quiet hours."),
        max_length=5,
    )


@login_required
def telling(request: HttpRequest) -> HttpResponse:
    """Choose channels and quiet hours; the inbox holds everything regardless."""
    user, now = me(request), timezone.now()
    table, quiet = queries.preferences_of(user), queries.quiet_hours_of(user)
    initial = {
        "cells": [f"{group}-{channel}" for (group, channel), is_on in table.items() if is_on],
        "starts": _clock(quiet.starts),
        "ends": _clock(quiet.ends),
    }
    form = TellingForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> bool:
        chosen = {cell: f"{cell[0]}-{cell[1]}" in given["cells"] for cell in table}
        actions.set_telling(
            chosen=chosen, starts=given["starts"], ends=given["ends"], by=user, now=now
        )
        return True

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("We tell you as you wish."))
        return redirect("web:telling")
    checked = set(form["cells"].value() or [])
    rows = [
        (group.label, [(f"{group}-{c}", c.label, f"{group}-{c}" in checked) for c in Channel])
        for group in Group
    ]
    return show(request, "web/account/telling.html", form, rows=rows, channels=list(Channel))
