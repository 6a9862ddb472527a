""" "I can go now": first in line for what is urgent, for two hours."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from kernel.refusals import allowed
from matching import actions, queries, rules
from matching.models import Duty
from matching.queries.possible import pause_of
from regions.models import Region
from regions.places import haversine_m
from regions.queries import streets
from web.shared.forms import Form, carry_out, show
from web.shared.pages import me
from web.shared.places import full_name
from web.shared.templatetags.hub import clock
from web.volunteer.register import own_profile

HOME = "home"


class Standing(NamedTuple):
    """What the page of today says: the duty that runs and where; or whether one may begin. On a pause
    (until ``paused_until``) nobody is asked, on duty or not."""

    duty: Duty | None
    near: str
    may_begin: bool
    paused_until: date | None = None


def standing_of(user: User, now: datetime, *, is_ready: bool) -> Standing:
    """Return whether ``user``, who allows it and ``is_ready`` to be asked, can go now."""
    if paused_until := pause_of(user.volunteer, now=now):
        return Standing(
            queries.duty_of(user, now=now), "", may_begin=False, paused_until=paused_until
        )
    if duty := queries.duty_of(user, now=now):
        return Standing(duty, _street_at(duty), may_begin=False)
    return Standing(None, "", may_begin=allowed(rules.check_goes_on_duty, may=is_ready))


def _street_at(duty: Duty) -> str:
    """Return the street whose point is nearest; empty for the home area."""
    if duty.lat is None or duty.lng is None:
        return ""
    lat, lng = duty.lat, duty.lng
    return full_name(min(streets(), key=lambda one: haversine_m(lat, lng, one.lat, one.lng)))


class DutyForm(Form):
    """Where somebody is who can go now."""

    region = forms.ChoiceField(
        label=gettext_lazy("Where I am"),
        help_text=gettext_lazy("The street is enough: your phone is not asked where you are."),
    )


def _by_district(places: Iterable[Region]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the streets as groups of choices, each under the name of its district."""
    found: dict[str, list[tuple[str, str]]] = {}
    for street in places:
        found.setdefault(str(street.parent), []).append((street.code, str(street)))
    return list(found.items())


@login_required
def duty(request: HttpRequest) -> HttpResponse:
    """Be first in line, from home or from another street."""
    user = me(request)
    if own_profile(request) is None:
        return redirect("web:register-identity")
    form = DutyForm(request.POST if request.method == "POST" else None, initial={"region": HOME})
    places = {street.code: street for street in streets()}
    field: Any = form.fields["region"]
    field.choices = [(HOME, _("My home area")), *_by_district(places.values())]

    def act(given: dict[str, Any]) -> Duty:
        street = places.get(given["region"])
        point = {"lat": street.lat, "lng": street.lng} if street else {}
        return actions.go_on_duty(by=user, now=timezone.now(), **point)

    if request.method == "POST" and (begun := carry_out(form, act)):
        words = _("Thank you. Until %(time)s you are asked first for what is urgent.")
        messages.success(request, words % {"time": clock(begun.until)})
        return redirect("web:volunteer")
    standing = standing_of(user, timezone.now(), is_ready=queries.allows_matching(user))
    return show(request, "web/volunteer/duty.html", form, standing=standing)


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Be asked as usual again."""
    actions.leave_duty(by=me(request), now=timezone.now())
    messages.success(request, _("You are asked as usual again."))
    return redirect("web:volunteer")
