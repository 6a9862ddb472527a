"""Run a shift: the code on the screen, the roster, the hours."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from kernel.refusals import allowed
from kernel.text import mask_name
from kernel.workdays import local_date
from matching import actions as matching
from matching import queries as matched
from matching.models import Application, Assignment
from matching.rules import check_no_show
from matching.states import AssignmentState
from organizations import actions, queries
from organizations.models import Shift
from organizations.rules import check_shift_open
from service_records import actions as records
from service_records import queries as recorded
from service_records.rules import EARLY, check_evaluates
from service_records.states import CheckMethod, Side
from web.organization.projects import TimesForm, span
from web.shared.faces import score
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one
from web.shared.templatetags.hub import clock


def _shift(request: HttpRequest, ref: str) -> Shift:
    user, now = me(request), timezone.now()
    row: Shift = one(queries.shifts_for(user, now=now), ref)
    if not queries.is_member(user, row.organization, now=now):
        raise Http404
    return row


@login_required
def shift(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the rotating code while it runs, who comes, who waits, and the hours to confirm."""
    user, now = me(request), timezone.now()
    row = _shift(request, ref)
    is_on = row.starts_at - EARLY <= now < row.ends_at
    code, seconds = recorded.rotating_code(row, now=now) if is_on else ("", 0)
    applications = matched.applications_for(user, now=now).filter(
        opening__shift=row, state__in=["SENT", "WAITING"]
    )
    roster = list(matched.roster(row))
    given = set(
        recorded.evaluations_for(user, now=now)
        .filter(side=Side.COORDINATOR, assignment__opening__shift=row)
        .values_list("assignment", flat=True)
    )
    return render(
        request,
        "web/organization/shift.html",
        {
            "row": row,
            "may_cancel": allowed(check_shift_open, shift=row, now=now),
            "code": code,
            "seconds": seconds,
            "roster": roster,
            "absent": [
                task.pk
                for task in roster
                if task.machine.allows(task.state, AssignmentState.NO_SHOW)
                and allowed(check_no_show, assignment=task, may=True, now=now)
            ],
            "to_evaluate": [
                task.pk
                for task in roster
                if allowed(
                    check_evaluates, assignment=task, may=True, given=task.pk in given, now=now
                )
            ],
            "applications": _named(applications, user, now=now),
            "records": recorded.records_for(user, now=now).filter(assignment__opening__shift=row),
        },
    )


def _named(
    applications: Iterable[Application], user: User, *, now: datetime
) -> list[tuple[Application, str]]:
    """Return who asks for a place, by name as far as they share it with organizations."""
    rows = list(applications)
    asking = recorded.helpers_of(user, now=now).filter(user__in=[row.volunteer for row in rows])
    names = {helper.user_id: recorded.name_shown(helper) for helper in asking}
    return [
        (row, names.get(row.volunteer_id) or mask_name(row.volunteer.volunteer.name))
        for row in rows
    ]


class ReasonForm(Form):
    """Why it is called off."""

    reason = TextField(label=gettext_lazy("Why"), max_length=200)


@login_required
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Call a shift off; the volunteers read why."""
    row = _shift(request, ref)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form,
        lambda given: actions.cancel_shift(shift=row, by=me(request), now=timezone.now(), **given),
    ):
        messages.success(request, _("Called off. Whoever was to come is told."))
        return redirect("web:org-shift", ref=ref)
    return show(request, "web/organization/cancel.html", form, row=row)


@login_required
@require_POST
def check_in(request: HttpRequest, ref: str) -> HttpResponse:
    """Mark that somebody has come."""
    user, now = me(request), timezone.now()
    task = one(matched.assignments_for(user, now=now), ref)
    records.check_in(assignment=task, method=CheckMethod.COORDINATOR, by=user, now=now)
    return redirect("web:org-shift", ref=task.opening.shift.ref)


@login_required
@require_POST
def check_out(request: HttpRequest, ref: str) -> HttpResponse:
    """Mark that somebody has gone."""
    user, now = me(request), timezone.now()
    task = one(matched.assignments_for(user, now=now), ref)
    records.check_out(assignment=task, method=CheckMethod.COORDINATOR, by=user, now=now)
    return redirect("web:org-shift", ref=task.opening.shift.ref)


@login_required
@require_POST
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """Record and confirm the hours of one person."""
    user, now = me(request), timezone.now()
    row = one(recorded.records_for(user, now=now), ref)
    records.confirm_record(record=row, by=user, now=now)
    messages.success(request, _("Confirmed. The hours go on to the review."))
    shift = row.assignment.opening.shift
    return redirect("web:org-shift", ref=shift.ref) if shift else redirect("web:org")


@login_required
@require_POST
def accept(request: HttpRequest, ref: str) -> HttpResponse:
    """Give an applicant a place."""
    user, now = me(request), timezone.now()
    row = one(matched.applications_for(user, now=now), ref)
    matching.accept_application(application=row, by=user, now=now)
    messages.success(request, _("Accepted."))
    return redirect("web:org-shift", ref=row.opening.shift.ref)


@login_required
def refuse(request: HttpRequest, ref: str) -> HttpResponse:
    """Say no to an applicant, in words that they read."""
    user, now = me(request), timezone.now()
    row = one(matched.applications_for(user, now=now).exclude(volunteer=user), ref)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form,
        lambda given: matching.refuse_application(application=row, by=user, now=now, **given),
    ):
        messages.success(request, _("Refused. They are told why."))
        return redirect("web:org-shift", ref=row.opening.shift.ref)
    return show(request, "web/organization/refuse.html", form, row=row)


def _of_shift(request: HttpRequest, ref: str) -> Assignment:
    """Return a place of a shift that the viewer runs."""
    user, now = me(request), timezone.now()
    rows = matched.assignments_for(user, now=now).filter(
        opening__shift__isnull=False,
        opening__organization__in=queries.my_organizations(user, now=now),
    )
    task: Assignment = one(rows, ref)
    return task


def _shift_of(task: Assignment) -> str:
    assert task.opening.shift is not None
    return task.opening.shift.ref


@login_required
@require_POST
def no_show(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that somebody did not come."""
    user, now = me(request), timezone.now()
    task = _of_shift(request, ref)
    matching.mark_no_show(assignment=task, by=user, now=now)
    messages.success(request, _("Noted. They are told."))
    return redirect("web:org-shift", ref=_shift_of(task))


class ScoresForm(Form):
    """Three scores of the volunteer's work, and a sentence."""

    punctuality = score(gettext_lazy("Punctuality"))
    attitude = score(gettext_lazy("Attitude"))
    skill = score(gettext_lazy("Skill"))
    words = TextField(
        label=gettext_lazy("Anything to add"), lines=True, max_length=500, required=False
    )


@login_required
def evaluate(request: HttpRequest, ref: str) -> HttpResponse:
    """Say how somebody served."""
    user, now = me(request), timezone.now()
    task = _of_shift(request, ref)
    form = ScoresForm(request.POST or None)

    def act(given: dict[str, Any]) -> Any:
        return records.evaluate(assignment=task, side=Side.COORDINATOR, by=user, now=now, **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Thank you for saying so."))
        return redirect("web:org-shift", ref=_shift_of(task))
    return show(request, "web/organization/evaluate.html", form, row=task)


@login_required
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """Move a shift, or change how many can come."""
    row = _shift(request, ref)
    initial = {
        "day": local_date(row.starts_at),
        "start": clock(row.starts_at),
        "end": clock(row.ends_at),
        "places": row.places,
    }
    form = TimesForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> Any:
        starts_at, ends_at = span(given["day"], given["start"], given["end"])
        return actions.change_shift(
            shift=row,
            starts_at=starts_at,
            ends_at=ends_at,
            places=given["places"],
            by=me(request),
            now=timezone.now(),
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Changed. Whoever comes is told of a new time."))
        return redirect("web:org-shift", ref=ref)
    return show(request, "web/organization/change_shift.html", form, row=row)
