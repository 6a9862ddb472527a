"""Open the door, and finish: the arrival code before, the confirmation after."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.actions import add_block
from accounts.models import User
from accounts.queries import acting, blocks_for
from accounts.states import BlockSide
from help_requests import queries, rules
from help_requests.models import Visit
from kernel.refusals import allowed
from matching import actions as matching
from matching.models import Assignment
from matching.queries import assignments_for, wished_for
from service_records import actions
from service_records import queries as records
from service_records.rules import check_confirms, check_evaluates
from service_records.states import RecordState, Side
from web.shared import faces
from web.shared.context import is_short
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one


@login_required
def visit(request: HttpRequest, ref: str) -> HttpResponse:
    """Show who comes and the code for the door; afterwards what to confirm."""
    user, now = me(request), timezone.now()
    row = one(queries.visits_for(user, now=now), ref)
    tasks = list(
        assignments_for(user, now=now).filter(opening__visit=row).exclude(state="CANCELLED")
    )
    found = records.records_for(user, now=now).filter(assignment__opening__visit=row)
    done = [record for record in found if record.corrects_id is None]
    is_confirmed = all(record.state != RecordState.UNCONFIRMED for record in done)
    given = set(
        records.evaluations_for(user, now=now)
        .filter(side=Side.RESIDENT, assignment__opening__visit=row)
        .values_list("assignment", flat=True)
    )
    again = _again(user, row, now)
    speaks = acting(user, row.request.resident, deed="confirm", now=now) is not None
    return render(
        request,
        "web/resident/visit.html",
        {
            "row": row,
            "tasks": [(task, again(task.volunteer_id)) for task in tasks],
            "may_change": allowed(rules.check_visit_open, visit=row)
            and allowed(rules.check_cancels, **queries.cancel_facts(user, row.request, now=now)),
            "code": queries.arrival_code_for(user, row, now=now),
            "records": done,
            "speaks": speaks,
            "is_asked": not is_confirmed,  # only who is still asked reads "please confirm"
            "next_deeds": is_confirmed or not is_short(request),  # one thing at a time
            "to_confirm": RecordState.UNCONFIRMED,
            "to_hand_in": RecordState.RETURNED,
            "to_evaluate": [
                task.pk
                for task in tasks
                if allowed(
                    check_evaluates, assignment=task, may=speaks, given=task.pk in given, now=now
                )
            ],
        },
    )


class Again(NamedTuple):
    """What stands between the resident and a volunteer: the wish to meet again or not to, each as the
    reference of the row that can be taken back; empty for neither."""

    yes: str
    no: str


def _again(user: User, row: Visit, now: datetime) -> Callable[[int], Again]:
    """Return what tells of a volunteer (the user's key) what stands between the two."""
    resident = row.request.resident
    blocks = blocks_for(user, now=now).filter(
        resident=resident, side=BlockSide.RESIDENT, lifted_at__isnull=True
    )
    no = {block.volunteer.user_id: block.ref for block in blocks}
    wishes = wished_for(user, now=now).filter(resident=resident)
    yes = {wish.volunteer_id: wish.ref for wish in wishes}
    return lambda volunteer: Again(yes.get(volunteer, ""), no.get(volunteer, ""))


class MinutesForm(Form):
    """How long it was, where it was shorter than the times show."""

    minutes = forms.IntegerField(
        label=gettext_lazy("How many minutes was it"),
        min_value=1,
        max_value=1440,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class AgainForm(Form):
    """What a returned record is handed in with."""

    minutes = forms.IntegerField(
        label=gettext_lazy("How many minutes was it"),
        min_value=1,
        max_value=1440,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    words = TextField(label=gettext_lazy("What was missing"), lines=True, max_length=400)


@login_required
def confirm(request: HttpRequest, ref: str, record: str) -> HttpResponse:
    """Confirm that it took place, as the times show or shorter; hand in again what was returned."""
    user, now = me(request), timezone.now()
    row = one(records.records_for(user, now=now), record)
    check_confirms(record=row, may=records.may_confirm(user, row, now=now), by=user)
    was_returned = row.state == RecordState.RETURNED
    kind, do = (
        (AgainForm, actions.propose_again)
        if was_returned
        else (MinutesForm, actions.confirm_record)
    )
    form = kind(
        request.POST if request.method == "POST" else None, initial={"minutes": row.minutes}
    )

    def act(given: dict[str, Any]) -> Any:
        return do(record=row, by=user, now=now, **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Thank you. The hours go on to the review."))
        return redirect("web:visit", ref=ref)
    return show(
        request,
        "web/resident/confirm.html",
        form,
        row=row,
        visit_ref=ref,
        was_returned=was_returned,
        title=_("Hand it in again") if was_returned else _("Confirm the service"),
    )


def _met(request: HttpRequest, ref: str, task: str) -> tuple[Visit, Assignment]:
    """Return a visit of the viewer's side and one of its tasks, or 404."""
    user, now = me(request), timezone.now()
    row = one(queries.visits_for(user, now=now), ref)
    return row, one(assignments_for(user, now=now).filter(opening__visit=row), task)


@login_required
def evaluate(request: HttpRequest, ref: str, task: str) -> HttpResponse:
    """Say how it was."""
    _row, assignment = _met(request, ref, task)
    return faces.evaluate(request, assignment, Side.RESIDENT, before="web:visit", ref=ref)


@login_required
@require_POST
def wish_again(request: HttpRequest, ref: str, task: str) -> HttpResponse:
    """Wish that who came comes again."""
    _row, assignment = _met(request, ref, task)
    matching.wish_again(assignment=assignment, by=me(request), now=timezone.now())
    messages.success(request, _("We ask them first when you need help again."))
    return redirect("web:visit", ref=ref)


@login_required
@require_POST
def not_again(request: HttpRequest, ref: str, task: str) -> HttpResponse:
    """Do not bring the two together again; the other side is not told."""
    row, assignment = _met(request, ref, task)
    add_block(
        resident=row.request.resident,
        volunteer=assignment.volunteer.volunteer,
        side=BlockSide.RESIDENT,
        by=me(request),
        now=timezone.now(),
    )
    messages.success(request, _("We do not match you again. Nobody is told."))
    return redirect("web:visit", ref=ref)
