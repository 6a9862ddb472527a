"""How much, and when not: the hours of a week, a pause, days off."""

from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.models import VolunteerProfile
from accounts.states import Category
from kernel.workdays import local_date
from matching import actions as matching
from matching.models import Assignment
from matching.queries import assignments_for, pauses_of
from matching.queries.possible import pause_of
from matching.states import AssignmentState
from web.shared.forms import DayField, Form, carry_out, show
from web.shared.pages import me
from web.shared.templatetags.hub import day
from web.volunteer.register import own_profile, saved_words


class LimitsForm(Form):
    """The limits that a volunteer sets; nothing here needs a reason."""

    stands_at: ClassVar = {"minutes_per_week": "hours", "days_off": "one_more"}

    hours = forms.DecimalField(
        label=gettext_lazy("Most hours in a week"),
        min_value=0,
        max_value=100,
        decimal_places=2,
    )
    paused_until = DayField(
        label=gettext_lazy("A pause until"),
        help_text=gettext_lazy("Until that day nobody asks you. Leave it empty to go on."),
        required=False,
    )
    days_off = forms.MultipleChoiceField(
        label=gettext_lazy("Days off"),
        help_text=gettext_lazy("Take the tick away where you can come after all."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    one_more = DayField(label=gettext_lazy("One more day off"), required=False)


@login_required
def limits(request: HttpRequest) -> HttpResponse:
    """Keep the limits; days with times of their own, which a program may set, stay as they are."""
    row = own_profile(request)
    if row is None:
        return redirect("web:register-identity")
    now = timezone.now()
    today = local_date(now)
    off = [
        odd.day.isoformat()
        for odd in row.exceptions.order_by("day")
        if not odd.is_free and odd.day >= today
    ]
    form = LimitsForm(
        request.POST or None,
        initial={
            "hours": f"{row.minutes_per_week / 60:.4g}",
            "paused_until": pause_of(row, now=now),
            "days_off": off,
        },
    )
    form.fields["days_off"].choices = [(one, day(date.fromisoformat(one))) for one in off]  # type: ignore[attr-defined]
    if not off:
        del form.fields["days_off"]

    def act(given: dict[str, Any]) -> Any:
        days = {date.fromisoformat(one) for one in given.get("days_off", [])}
        return actions.set_volunteer_times(
            volunteer=row,
            minutes_per_week=round(given["hours"] * 60),
            paused_until=given["paused_until"],
            days_off=days | ({given["one_more"]} if given["one_more"] else set()),
            by=me(request),
            now=now,
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _saved(row, pause_of(row, now=now)))
        return redirect("web:my-limits")
    return show(
        request,
        "web/volunteer/limits.html",
        form,
        pauses=pauses_of(me(request), today=today),
        agreed=[] if form.errors else _agreed_while_away(row, set(off), now=now),
    )


def _saved(row: VolunteerProfile, paused_until: date | None) -> str:
    if paused_until is None:
        return saved_words(row)
    return _("Saved. You are on a pause: until %(day)s nobody asks you.") % {
        "day": day(paused_until)
    }


def _agreed_while_away(row: VolunteerProfile, off: set[str], *, now: datetime) -> list[Assignment]:
    """Return what was agreed to on days of the pause and on days ``off``: a limit does not call it off."""
    until = pause_of(row, now=now)
    if not until and not off:
        return []
    tasks = assignments_for(row.user, now=now).filter(
        volunteer=row.user, state=AssignmentState.LIVE, opening__starts_at__gt=now
    )
    return [
        task
        for task in tasks.order_by("opening__starts_at")
        for on in [local_date(task.opening.starts_at)]
        if on.isoformat() in off or (until and on <= until)
    ]


@login_required
@require_POST
def resume(request: HttpRequest, category: str) -> HttpResponse:
    """Be asked for a kind of service again."""
    if category not in Category.values:
        raise Http404
    user = me(request)
    matching.resume_kind(user=user, category=category, by=user, now=timezone.now())
    if row := own_profile(request):
        messages.success(request, saved_words(row))
    return redirect("web:my-limits")
