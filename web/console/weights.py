"""What the engine weighs: everybody who dispatches may read it, the city sets it and says why."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.queries import may_in_city
from accounts.roles import Permission
from kernel.refusals import Refusal
from matching import actions, queries, rules
from matching.engine import USUAL, Parameters
from matching.models import Weighing
from matching.queries.weights import BEFORE
from web.shared.forms import Form, TextField, carry_out_once, show
from web.shared.pages import me
from web.shared.posts import area, posts_in_words
from web.shared.weighed import ALL, GROUPS, Weighed, changes, counted, plain


def _field(name: str, one: Weighed, value: float) -> forms.Field:
    words = {"what": one.label, "unit": one.unit}
    low, high = rules.possible_weights(name)
    options: dict[str, Any] = {
        "label": _("%(what)s (%(unit)s)") % words if one.unit else one.label,
        "help_text": format_lazy(_("{} From {} to {}."), one.meaning, plain(low), high),
        "initial": plain(value),
        "min_value": low,
        "max_value": high,
        "show_hidden_initial": True,  # only what was changed on this page is sent on
    }
    # Plain text: a browser's number field sends nothing back of what it does not understand.
    typed = forms.TextInput(
        attrs={"inputmode": "numeric" if one.is_whole else "decimal", "size": 10}
    )
    if one.is_whole:
        return forms.IntegerField(widget=typed, **options)
    return forms.DecimalField(widget=typed, decimal_places=4, **options)


class WeightsForm(Form):
    """All that is weighed, in groups, and why it changes."""

    template_name = "web/console/weights_form.html"
    reason = TextField(label=gettext_lazy("Why"), lines=True, max_length=200)

    def __init__(self, *given: Any, held: Parameters = USUAL, **options: Any) -> None:
        super().__init__(*given, **options)
        values = asdict(held)
        fields = {name: _field(name, one, values[name]) for name, one in ALL.items()}
        self.fields = {**fields, **self.fields}

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal at its field; what two fields are together, at both."""
        super().refuse(refusal)
        if refusal.code == "over_one":
            self.add_error("known", ValidationError(refusal.message, code=refusal.code))

    @property
    def groups(self) -> list[tuple[Promise, list[BoundField]]]:
        """Return the legends with their fields."""
        return [(legend, [self[name] for name in group]) for legend, group in GROUPS]

    @property
    def changed(self) -> dict[str, float]:
        """Return what was changed on this page, as numbers."""
        found = {name: self.cleaned_data[name] for name in self.changed_data if name in ALL}
        return {name: v if ALL[name].is_whole else float(v) for name, v in found.items()}


def _history(user: User, page: str | None, now: datetime) -> tuple[Page[Any], list[dict[str, Any]]]:
    """Return a page of what was set, the newest first, each with who, why and what it changed."""
    found = queries.weighings_for(user, now=now)
    shown = Paginator(found, 10).get_page(page)
    rows: list[Weighing] = list(found[max(shown.start_index() - 1, 0) : shown.end_index() + 1])
    before = [row.parameters for row in rows[1:]] + [asdict(BEFORE)]
    named = posts_in_words({row.set_by_id for row in rows}, Permission.WEIGH_MATCHING)
    told = [
        {
            "row": row,
            "who": named(row.set_by_id, row.set_at),
            "changes": list(changes(earlier, row.parameters)),
        }
        for row, earlier in zip(rows, before, strict=False)
    ]
    return shown, told[: len(shown)]


@login_required
def weights(request: HttpRequest) -> HttpResponse:
    """Show what is weighed, since when and why; let the city weigh anew."""
    user, now = me(request), timezone.now()
    area(request, Permission.DISPATCH)
    held = queries.parameters_now()
    form = WeightsForm(request.POST or None, held=held)

    def act(given: dict[str, Any]) -> dict[str, str]:
        made = actions.set_weights(
            parameters=form.changed, reason=given["reason"], by=user, now=now
        )
        return {"ref": made.ref}

    if request.method == "POST" and carry_out_once(request, form, act):
        messages.success(request, _("From now on it is weighed like this. Offers sent stand."))
        return redirect("web:console-weights")
    page, history = _history(user, request.GET.get("page"), now)
    return show(
        request,
        "web/console/weights.html",
        form,
        groups=counted(held),
        page=page,
        history=history,
        may_weigh=may_in_city(user, Permission.WEIGH_MATCHING, now=now),
    )
