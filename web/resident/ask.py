"""Ask for help in three steps: what, when and where, check (J1a)."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import queries as people
from accounts.states import Sex
from help_requests import actions, queries
from help_requests.models import HelpRequest
from help_requests.states import Place, RequestState, WishSource
from kernel.workdays import local_date
from web.shared.forms import ClockField, DayField, Form, TextField, carry_out, instant, show
from web.shared.pages import me, one


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Begin, or go on with the draft that is there; a proxy picks for whom first."""
    user, now = me(request), timezone.now()
    residents = list(people.my_residents(user, now=now))
    if not residents:
        return redirect("web:resident-register")
    chosen = request.POST.get("resident", "")
    whom = next((r for r in residents if r.ref == chosen), None)
    if whom is None and len(residents) == 1:
        whom = residents[0]
    if whom is None:
        return render(request, "web/resident/whom.html", {"residents": residents})
    drafts = queries.my_requests(user, now=now).filter(resident=whom, state=RequestState.DRAFT)
    draft = drafts.first()
    if draft is None:
        if request.method != "POST":
            return render(request, "web/resident/begin.html", {"whom": whom})
        draft = actions.draft_request(resident=whom, by=user, now=now)
    return redirect("web:request-what", ref=draft.ref)


def _draft(request: HttpRequest, ref: str) -> HelpRequest:
    rows = queries.requests_for(me(request), now=timezone.now())
    row: HelpRequest = one(rows.filter(state=RequestState.DRAFT), ref)
    return row


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


@login_required
def what(request: HttpRequest, ref: str) -> HttpResponse:
    """Step 1: what."""
    draft = _draft(request, ref)
    kinds = {kind.code: kind for kind in queries.service_types()}
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

    def act(given: dict[str, Any]) -> Any:
        kind = kinds[given.pop("service_type")]
        place = Place.REMOTE if kind.remote else Place.HOME
        return actions.change_draft(
            request=draft,
            service_type=kind,
            place=place,
            by=me(request),
            now=timezone.now(),
            **given,
        )

    if request.method == "POST" and carry_out(form, act):
        return redirect("web:request-when", ref=ref)
    tiles: dict[str, list[Any]] = {}
    for kind in kinds.values():
        tiles.setdefault(kind.tile, []).append(kind)
    return show(request, "web/resident/what.html", form, draft=draft, tiles=tiles.items())


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


@login_required
def when(request: HttpRequest, ref: str) -> HttpResponse:
    """Step 2: when and where; the home is filled in."""
    draft, now = _draft(request, ref), timezone.now()
    today = local_date(now)
    days = _days(today)
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

    def act(given: dict[str, Any]) -> Any:
        chosen = given["other_day"] if given["day"] == "other" else date.fromisoformat(given["day"])
        if chosen is None:
            form.add_error("other_day", _("Choose the day."))
            return None
        return actions.change_draft(
            request=draft,
            starts_at=instant(chosen, given["start"]),
            minutes=given["minutes"],
            is_weekly=given["is_weekly"],
            repeats_until=chosen + timedelta(weeks=12) if given["is_weekly"] else None,
            gender_wish=given["gender_wish"],
            by=me(request),
            now=now,
        )

    if request.method == "POST" and carry_out(form, act):
        return redirect("web:request-check", ref=ref)
    return show(request, "web/resident/when.html", form, draft=draft)


@login_required
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, ref: str) -> HttpResponse:
    """Step 3: check, and send."""
    draft = _draft(request, ref)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carry_out(
        form,
        lambda _given: actions.submit_request(request=draft, by=me(request), now=timezone.now()),
    ):
        messages.success(
            request, _("We have your request. Your street answers within one working day.")
        )
        return redirect("web:request", ref=ref)
    return show(request, "web/resident/check.html", form, draft=draft)
