"""Run a shift: the code on the screen, the roster, the hours."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kernel.refusals import allowed
from matching import actions as matching
from matching import queries as matched
from organizations import actions, queries
from organizations.models import Shift
from organizations.rules import check_shift_open
from service_records import actions as records
from service_records import queries as recorded
from service_records.rules import EARLY
from service_records.states import CheckMethod
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one


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
    applications = matched.applications_for(user, now=now).filter(opening__shift=row)
    return render(
        request,
        "web/organization/shift.html",
        {
            "row": row,
            "may_cancel": allowed(check_shift_open, shift=row, now=now),
            "code": code,
            "seconds": seconds,
            "roster": matched.roster(row),
            "applications": applications.filter(state__in=["SENT", "WAITING"]),
            "records": recorded.records_for(user, now=now).filter(assignment__opening__shift=row),
        },
    )


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
