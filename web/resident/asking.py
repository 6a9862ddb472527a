"""What is asked for a request: the forms, with what the draft already says filled in."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import Language, Sex
from help_requests import rules
from help_requests.models import HelpRequest, ServiceType
from help_requests.states import Place, WishSource
from kernel.workdays import local_date
from regions.queries import streets
from web.shared.forms import ClockField, DayField, Form, TextField, instant
from web.shared.places import offer_places

WEEKS = timedelta(weeks=12)  # how long a weekly visit goes on
LENGTHS = (30, 60, 90, 120, 150, 180, 240, 300)  # minutes that are offered, besides the draft's own


class WhatForm(Form):
    """What is needed, and what the resident wishes."""

    service_type = forms.ChoiceField(
        label=gettext_lazy("What do you need?"), widget=forms.RadioSelect
    )
    wish = TextField(
        label=gettext_lazy("What matters most to you"),
        help_text=gettext_lazy("In your own words."),
        lines=True,
        max_length=500,
    )
    wish_source = forms.ChoiceField(
        label=gettext_lazy("Whose words are these"),
        widget=forms.RadioSelect,
        choices=WishSource.choices,
    )


def what_form(
    request: HttpRequest, draft: HelpRequest, kinds: dict[str, ServiceType], *, is_own: bool
) -> WhatForm:
    """Return the form of the first step.

    Who asks for somebody else writes down that person's wish, and how it is known: nothing is ticked
    for them. Who asks for themselves may leave it open, and the words are their own.
    """
    form = WhatForm(
        request.POST or None,
        initial={
            "service_type": draft.service_type_id,
            "wish": draft.wish,
            "wish_source": draft.wish_source,
        },
    )
    if is_own:
        form.fields["wish"].required = False
        del form.fields["wish_source"]
    form.fields["service_type"].choices = [  # type: ignore[attr-defined]
        (kind.code, kind.name) for kind in kinds.values()
    ]
    return form


def of_kind(draft: HelpRequest, kind: ServiceType) -> dict[str, Any]:
    """Return what a draft says once it is for this kind of help: where, how long and how many as usual,
    unless it was for the same kind before."""
    if draft.service_type_id == kind.code:
        return {}
    return {
        "service_type": kind,
        "place": rules.where_given(kind)[0],
        "region": draft.resident.region,
        "minutes": kind.usual_minutes,
        "places": rules.least_volunteers(kind),
    }


class WhenForm(Form):
    """The day, the hour, how long; once or weekly; where, and how many should come."""

    stands_at: ClassVar = {"starts_at": "start", "repeats_until": "is_weekly"}

    day = forms.ChoiceField(label=gettext_lazy("Which day"), widget=forms.RadioSelect)
    other_day = DayField(label=gettext_lazy("Another day"), required=False)
    start = ClockField(
        label=gettext_lazy("From what time"),
        help_text=gettext_lazy("For example 9:30. A little earlier or later is fine."),
        max_length=5,
    )
    minutes = forms.TypedChoiceField(label=gettext_lazy("For how long"), coerce=int)
    is_weekly = forms.BooleanField(
        label=gettext_lazy("Every week on this day, for three months"), required=False
    )
    place = forms.ChoiceField(label=gettext_lazy("Where"), widget=forms.RadioSelect)
    address = TextField(
        label=gettext_lazy("The address, when it is somewhere else"),
        help_text=gettext_lazy("Only who comes sees it, two hours before."),
        max_length=200,
        required=False,
    )
    region = forms.ChoiceField(label=gettext_lazy("Street or town of that address"), required=False)
    places = forms.TypedChoiceField(label=gettext_lazy("How many volunteers"), coerce=int)
    gender_wish = forms.ChoiceField(
        label=gettext_lazy("Who should come"),
        widget=forms.RadioSelect,
        required=False,
        choices=[("", gettext_lazy("It does not matter")), *Sex.choices],
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Which language should be used"),
        widget=forms.RadioSelect,
        required=False,
        choices=[("", gettext_lazy("It does not matter")), *Language.choices],
    )


def _length(minutes: int) -> str:
    """Return how people say it: half an hour, 1.5 h."""
    if minutes == 30:
        return _("half an hour")
    if minutes % 30:
        return _("%(n)d min") % {"n": minutes}
    return _("%(n)s h") % {"n": f"{minutes / 60:g}"}


def _days(today: date) -> list[tuple[str, str]]:
    return [
        (today.isoformat(), _("Today")),
        ((today + timedelta(days=1)).isoformat(), _("Tomorrow")),
        ((today + timedelta(days=2)).isoformat(), _("The day after")),
        ("other", _("Another day")),
    ]


def when_form(request: HttpRequest, draft: HelpRequest) -> WhenForm:
    """Return the form of the second step."""
    days = _days(local_date(timezone.now()))
    initial: dict[str, Any] = {
        "minutes": draft.minutes or 120,
        "place": draft.place,
        "address": draft.address or "",
        "region": draft.region.code,
        "places": draft.places,
        "gender_wish": draft.gender_wish,
        "language": draft.language,
    }
    if draft.starts_at:
        local = timezone.localtime(draft.starts_at)
        known = local.date().isoformat()
        initial |= {
            "day": known if known in dict(days) else "other",
            "other_day": local.date(),
            "start": f"{local:%H:%M}",
            "is_weekly": draft.is_weekly,
        }
    form = WhenForm(request.POST or None, initial=initial)
    most = range(rules.least_volunteers(draft.service_type), rules.MOST_VOLUNTEERS + 1)
    for name, choices in {
        "day": days,
        "place": [(place.value, place.label) for place in rules.where_given(draft.service_type)],
        "places": [(n, n) for n in most],
        "minutes": [(n, _length(n)) for n in sorted({*LENGTHS, draft.minutes or 120})],
    }.items():
        form.fields[name].choices = choices  # type: ignore[attr-defined]
    offer_places(form, streets(), empty="")
    return form


def chosen_day(form: Form, given: dict[str, Any]) -> date | None:
    """Return the day that was answered; None, with words at its field, where none was."""
    other: date | None = given["other_day"]
    day = other if given["day"] == "other" else date.fromisoformat(given["day"])
    if day is None:
        form.add_error("other_day", _("Choose the day."))
    return day


def chosen_place(form: Form, given: dict[str, Any], draft: HelpRequest) -> dict[str, Any] | None:
    """Return what a draft says about the place that was answered; None, with words at the field, where
    the address of another place is missing."""
    if given["place"] != Place.OTHER:
        return {"place": given["place"], "region": draft.resident.region}
    if not given["address"]:
        form.add_error("address", _("Write the address."))
        return None
    return {"place": Place.OTHER, **elsewhere(given, draft)}


def elsewhere(given: dict[str, Any], draft: HelpRequest) -> dict[str, Any]:
    """Return the address and the street of another place than the home."""
    chosen = streets().filter(code=given["region"]).first()
    return {"address": given["address"], "region": chosen or draft.resident.region}


def at(day: date, minutes: int, *, is_weekly: bool) -> dict[str, Any]:
    """Return what a draft says once it is for this day and time, once or every week from then."""
    return {"starts_at": instant(day, minutes), "repeats_until": day + WEEKS if is_weekly else None}
