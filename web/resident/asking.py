"""What is asked for a request: the forms, with what the draft already says filled in."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import Sex
from help_requests.models import HelpRequest, ServiceType
from help_requests.states import Place, WishSource
from kernel.workdays import local_date
from web.shared.forms import ClockField, DayField, Form, TextField, instant

WEEKS = timedelta(weeks=12)  # how long a weekly visit goes on


class WhatForm(Form):
    """What is needed, and what the resident wishes."""

    service_type = forms.ChoiceField(
        label=gettext_lazy("What do you need?"), widget=forms.RadioSelect
    )
    wish = TextField(
        label=gettext_lazy("What matters most to you"),
        help_text=gettext_lazy("In your own words."),
        lines=True,
        max_length=1000,
        required=False,
    )
    wish_source = forms.ChoiceField(
        label=gettext_lazy("Whose words are these"),
        widget=forms.RadioSelect,
        choices=WishSource.choices,
        initial=WishSource.OWN_WORDS,
    )


def what_form(request: HttpRequest, draft: HelpRequest, kinds: dict[str, ServiceType]) -> WhatForm:
    """Return the form of the first step."""
    form = WhatForm(
        request.POST or None,
        initial={
            "service_type": draft.service_type_id,
            "wish": draft.wish,
            "wish_source": draft.wish_source or WishSource.OWN_WORDS,
        },
    )
    form.fields["service_type"].choices = [  # type: ignore[attr-defined]
        (kind.code, kind.name) for kind in kinds.values()
    ]
    return form


def of_kind(kind: ServiceType) -> dict[str, Any]:
    """Return what a draft says once it is for this kind of help."""
    return {"service_type": kind, "place": Place.REMOTE if kind.remote else Place.HOME}


class WhenForm(Form):
    """The day, the hour, how long; once or weekly."""

    day = forms.ChoiceField(label=gettext_lazy("Which day"), widget=forms.RadioSelect)
    other_day = DayField(label=gettext_lazy("Another day"), required=False)
    start = ClockField(
        label=gettext_lazy("From what time"),
        help_text=gettext_lazy("For example 9:30. A little earlier or later is fine."),
        max_length=5,
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        coerce=int,
        choices=[(n, f"{n // 60}:{n % 60:02d}") for n in (30, 60, 90, 120, 150, 180, 240, 300)],
    )
    is_weekly = forms.BooleanField(
        label=gettext_lazy("Every week on this day, for three months"), required=False
    )
    gender_wish = forms.ChoiceField(
        label=gettext_lazy("Who should come"),
        widget=forms.RadioSelect,
        required=False,
        choices=[("", gettext_lazy("It does not matter")), *Sex.choices],
    )


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
    initial: dict[str, Any] = {"minutes": draft.minutes or 120, "gender_wish": draft.gender_wish}
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
    form.fields["day"].choices = days  # type: ignore[attr-defined]
    return form


def chosen_day(form: Form, given: dict[str, Any]) -> date | None:
    """Return the day that was answered; None, with words at its field, where none was."""
    other: date | None = given["other_day"]
    day = other if given["day"] == "other" else date.fromisoformat(given["day"])
    if day is None:
        form.add_error("other_day", _("Choose the day."))
    return day


def at(day: date, minutes: int, *, is_weekly: bool) -> dict[str, Any]:
    """Return what a draft says once it is for this day and time, once or every week from then."""
    return {"starts_at": instant(day, minutes), "repeats_until": day + WEEKS if is_weekly else None}
