"""Who decides with me: proxies with scope and end, and whom I do not want to meet again."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries, rules
from accounts.states import PaperState, ProxyKind
from kernel.workdays import local_date
from matching import actions as matching
from matching import queries as matched
from web.shared.forms import DayField, Form, TextField, carry_out, show
from web.shared.pages import came_from, me, one

KINDS = [kind for kind in ProxyKind.choices if kind[0] != ProxyKind.HOTLINE]


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """List who acts for me, for whom I act, and the pairs that are not brought together again."""
    user, now = me(request), timezone.now()
    grants = queries.my_grants(user, now=now).order_by("-pk")
    blocks = queries.blocks_for(user, now=now).filter(lifted_at__isnull=True)
    apart = {(block.resident_id, block.volunteer.user_id) for block in blocks}
    return render(
        request,
        "web/resident/people.html",
        {
            "for_me": [g for g in grants if g.resident.user_id == user.pk],
            "by_me": [g for g in grants if g.proxy_id == user.pk],
            "wished": [
                wish
                for wish in matched.wished_for(user, now=now)
                if (wish.resident_id, wish.volunteer_id) not in apart
            ],
            "blocks": blocks,
            "live": [PaperState.SUBMITTED, PaperState.VALID],
            "is_resident": queries.my_residents(user, now=now).filter(user=user).exists(),
        },
    )


class _Grant(Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("In what capacity"), widget=forms.RadioSelect, choices=KINDS
    )
    evidence = TextField(
        label=gettext_lazy("What shows it"),
        help_text=gettext_lazy("For example: household register page 3, guardianship certificate."),
        lines=True,
        max_length=500,
    )
    may_see_health = forms.BooleanField(
        label=gettext_lazy("May also see the health notes"), required=False
    )
    valid_until = DayField(label=gettext_lazy("Until when"))


class AskForm(_Grant):
    """Asking to act for a resident: whoever asks knows number and name."""

    number = TextField(
        label=gettext_lazy("The resident's number"),
        help_text=gettext_lazy("It begins with Z and stands on the resident's page."),
        max_length=20,
    )
    name = TextField(label=gettext_lazy("The resident's name"), max_length=30)
    field_order = ["number", "name"]


class AddForm(_Grant):
    """Letting somebody act for me."""

    address = TextField(
        label=gettext_lazy("Their phone number or e-mail address"),
        help_text=gettext_lazy("The one they sign in with."),
        max_length=254,
    )
    field_order = ["address"]


def _in_a_year() -> dict[str, Any]:
    return {"valid_until": local_date(timezone.now()) + timedelta(days=365)}


@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Ask to act for a resident; the street decides."""
    user, now = me(request), timezone.now()
    form = AskForm(request.POST or None, initial=_in_a_year())

    def act(given: dict[str, Any]) -> Any:
        found = rules.check_named(
            queries.resident_named(number=given.pop("number"), name=given.pop("name"))
        )
        return actions.submit_grant(resident=found, proxy=user, by=user, now=now, **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Asked. The street looks at it and tells you."))
        return redirect("web:people")
    return show(request, "web/resident/person_ask.html", form)


@login_required
def add(request: HttpRequest) -> HttpResponse:
    """Let somebody act for me; it holds at once."""
    user, now = me(request), timezone.now()
    resident = queries.my_residents(user, now=now).filter(user=user).first()
    if resident is None:
        return redirect("web:resident-register")
    form = AddForm(request.POST or None, initial=_in_a_year())

    def act(given: dict[str, Any]) -> Any:
        proxy = actions.find_person(address=given.pop("address"), by=user, now=now)
        return actions.submit_grant(resident=resident, proxy=proxy, by=user, now=now, **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("They can act for you now. You can end it at any time."))
        return redirect("web:people")
    return show(request, "web/resident/person_add.html", form)


@login_required
@require_POST
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """End a grant, from either side."""
    user, now = me(request), timezone.now()
    actions.withdraw_grant(grant=one(queries.my_grants(user, now=now), ref), by=user, now=now)
    messages.success(request, _("Ended."))
    return redirect("web:people")


@login_required
@require_POST
def wish_no_more(request: HttpRequest, ref: str) -> HttpResponse:
    """Take back that somebody is wished for."""
    user, now = me(request), timezone.now()
    wished = one(matched.wished_for(user, now=now), ref)
    matching.wish_no_more(wished=wished, by=user, now=now)
    messages.success(request, _("Taken back. Nobody is told."))
    return redirect(came_from(request, reverse("web:people")))


@login_required
@require_POST
def meet_again(request: HttpRequest, ref: str) -> HttpResponse:
    """Let the two be brought together again."""
    user, now = me(request), timezone.now()
    actions.lift_block(block=one(queries.blocks_for(user, now=now), ref), by=user, now=now)
    messages.success(request, _("You may be brought together again."))
    return redirect(came_from(request, reverse("web:people")))
