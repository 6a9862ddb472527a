"""Do a task: come, go, or say that one cannot."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.queries import listed
from accounts.states import Need
from kernel.refusals import allowed
from matching import actions, queries
from matching.models import Assignment
from matching.rules import check_cancels
from rights.actions import report_incident
from rights.states import IncidentKind
from service_records import actions as records
from service_records import queries as recorded
from service_records.rules import check_check_in, check_evaluates, check_in_opens_at
from service_records.states import CheckMethod, Side
from web.shared import faces
from web.shared.forms import Form, TextField, carry_out, carry_out_once, show
from web.shared.pages import me, one


def _mine(request: HttpRequest, ref: str) -> Assignment:
    user = me(request)
    rows = queries.assignments_for(user, now=timezone.now()).filter(volunteer=user)
    row: Assignment = one(rows, ref)
    return row


@login_required
def task(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the task, the address in its time, and the next deed."""
    user, now = me(request), timezone.now()
    row = _mine(request, ref)
    visit = row.opening.visit
    resident = visit.request.resident if visit else None
    needs = listed(resident.needs) if resident else []
    if resident and resident.no_voice:
        needs = [code for code in needs if code != Need.TEXT_ONLY]  # it stands above already
    opens_at = check_in_opens_at(row)
    return render(
        request,
        "web/volunteer/task.html",
        {
            "row": row,
            "address": queries.address_of(row, user, now=now),
            "needs": [Need(code).label for code in needs],
            "resident": resident,
            "door_notes": queries.door_notes_of(row, user, now=now),
            "opens_at": opens_at if now < opens_at else None,
            "records": recorded.records_of(row),
            "may_evaluate": allowed(
                check_evaluates,
                assignment=row,
                may=True,
                given=recorded.evaluations_for(user, now=now)
                .filter(assignment=row, side=Side.VOLUNTEER)
                .exists(),
                now=now,
            ),
            "may_check_in": allowed(check_check_in, assignment=row, now=now),
            "may_cancel": allowed(check_cancels, assignment=row, may=True, now=now),
        },
    )


class CodeForm(Form):
    """The arrival code, which the person at the door reads out."""

    code = TextField(
        label=gettext_lazy("Arrival code"),
        help_text=gettext_lazy("Six digits, which the person at the door reads out."),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class ScreenCodeForm(CodeForm):
    """The code on the coordinator's screen."""

    code = TextField(
        label=gettext_lazy("Code for checking in"),
        help_text=gettext_lazy("Six digits, on the coordinator's screen."),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@login_required
def check_in(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that one has come."""
    row = _mine(request, ref)
    method, kind = (
        (CheckMethod.ARRIVAL_CODE, CodeForm)
        if row.opening.visit
        else (CheckMethod.ROTATING_CODE, ScreenCodeForm)
    )
    form = kind(request.POST or None)

    def act(given: dict[str, Any]) -> Any:
        return records.check_in(
            assignment=row, method=method, by=me(request), now=timezone.now(), **given
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("You are checked in."))
        return redirect("web:task", ref=ref)
    return show(request, "web/volunteer/check_in.html", form, row=row)


@login_required
@require_POST
def check_out(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that one has gone."""
    record = records.check_out(assignment=_mine(request, ref), by=me(request), now=timezone.now())
    words = _("Checked out after %(n)d minutes. The other side is asked to confirm.")
    messages.success(request, words % {"n": record.minutes})
    return redirect("web:task", ref=ref)


class CannotForm(Form):
    """Why one cannot come."""

    reason = TextField(label=gettext_lazy("What happened"), max_length=200, required=False)


@login_required
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Say in time that one cannot come."""
    row = _mine(request, ref)
    form = CannotForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carry_out(
        form,
        lambda given: actions.cancel_assignment(
            assignment=row, by=me(request), now=timezone.now(), **given
        ),
    ):
        messages.success(request, _("Thank you for saying so in time. We look for somebody else."))
        return redirect("web:volunteer")
    return show(request, "web/volunteer/cannot.html", form, row=row)


@login_required
def evaluate(request: HttpRequest, ref: str) -> HttpResponse:
    """Say how it was, once it is done."""
    return faces.evaluate(request, _mine(request, ref), Side.VOLUNTEER, before="web:task", ref=ref)


class IncidentForm(Form):
    """What happened; only the kind is needed."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What happened"), widget=forms.RadioSelect, choices=IncidentKind.choices
    )
    is_hurt = forms.BooleanField(label=gettext_lazy("Somebody has to see a doctor"), required=False)
    words = TextField(
        label=gettext_lazy("In your words"), lines=True, max_length=2000, required=False
    )


@login_required
def incident(request: HttpRequest, ref: str) -> HttpResponse:
    """Report an incident; first of all: whom to call."""
    row = _mine(request, ref)
    form = IncidentForm(request.POST or None)

    def act(given: dict[str, Any]) -> dict[str, str]:
        region = row.opening.region
        made = report_incident(
            assignment=row, region=region, by=me(request), now=timezone.now(), **given
        )
        return {"ref": made.ref}

    if request.method == "POST" and carry_out_once(request, form, act):
        messages.success(request, _("It is on record. The street looks after it."))
        return redirect("web:task", ref=ref)
    return show(request, "web/volunteer/incident.html", form, row=row)
