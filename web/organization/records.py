"""Record and confirm hours within ten working days: one by one, or many whose evidence is plain."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kernel.refusals import Refusal, allowed
from organizations.queries import my_organizations
from service_records import actions, queries
from service_records.actions.together import Outcome
from service_records.models import ServiceRecord
from service_records.rules import MOST_AT_ONCE, check_confirms, evidence_minutes, signals
from service_records.states import RecordState
from web.organization.running import runs_one
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import in_parts, me, one
from web.shared.templatetags.hub import clock, day, listed


class FilterForm(Form):
    """State, project and shift; those of which hours wait."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All that wait")),
            *((state.value, state.label) for state in queries.TO_CONFIRM),
        ],
    )
    project = forms.ChoiceField(label=gettext_lazy("Project"), required=False)
    shift = forms.ChoiceField(label=gettext_lazy("Shift"), required=False)


def _filter(request: HttpRequest) -> tuple[FilterForm, "QuerySet[ServiceRecord]"]:
    """Return the filter and what fits it; an unknown value filters nothing."""
    user, now = me(request), timezone.now()
    form = FilterForm(request.GET or None)
    shifts = queries.shifts_to_confirm(user, now=now)
    projects = {shift.project.ref: shift.project.title for shift in shifts}
    form.fields["project"].choices = [("", _("All projects")), *projects.items()]  # type: ignore[attr-defined]
    form.fields["shift"].choices = [  # type: ignore[attr-defined]
        ("", _("All shifts")),
        *(
            (s.ref, listed(s.project.title, f"{day(s.starts_at)} {clock(s.starts_at)}"))
            for s in shifts
        ),
    ]
    given = form.cleaned_data if form.is_valid() else {}
    return form, queries.records_to_confirm(
        user,
        now=now,
        state=given.get("state", ""),
        project=given.get("project", ""),
        shift=given.get("shift", ""),
    )


@login_required
def records(request: HttpRequest) -> HttpResponse:
    """List what waits, due first, each with its evidence; what nobody need look at can be chosen."""
    runs_one(request)
    user, now = me(request), timezone.now()
    form, found = _filter(request)
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    n = page.paginator.count
    sheets = queries.sheets(page, by=user, now=now)
    context = {
        "form": form,
        "page": page,
        "sheets": sheets,
        "may_choose": page.has_other_pages() or not all(sheet.against for sheet in sheets),
        "share": queries.share_recorded(my_organizations(user, now=now), now=now),
        "said": ngettext("%(n)s record waits", "%(n)s records wait", n) % {"n": n},
    }
    return in_parts(request, "web/organization/records.html", context)


@login_required
def chosen(request: HttpRequest) -> HttpResponse:
    """List the chosen records, or all that fit the filter: which can be confirmed, which not and why.

    Sent as POST, confirm those that may be confirmed, and say of the others why they were not.
    """
    runs_one(request)
    user, now = me(request), timezone.now()
    refs = (request.POST if request.method == "POST" else request.GET).getlist("record")
    found = queries.organization_records(user, now=now).filter(ref__in=refs)
    refusal = None
    if request.method == "POST":
        try:
            outcomes = actions.confirm_records(records=found, by=user, now=now)
        except Refusal as raised:
            refusal = raised
        else:
            return _done(request, outcomes)
    elif "all" in request.GET:
        _form, found = _filter(request)
    sheets = queries.sheets(found[:MOST_AT_ONCE], by=user, now=now)
    context = {
        "fit": [sheet for sheet in sheets if not sheet.against],
        "refused": [(sheet.record, sheet.against) for sheet in sheets if sheet.against],
        "count": found.count(),
        "most": MOST_AT_ONCE,
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    return render(request, "web/organization/records_chosen.html", context, status=status)


def _done(request: HttpRequest, outcomes: list[Outcome]) -> HttpResponse:
    context = {
        "done": [outcome.record for outcome in outcomes if not outcome.refusal],
        "refused": [(outcome.record, outcome.refusal) for outcome in outcomes if outcome.refusal],
        "left": queries.records_to_confirm(me(request), now=timezone.now()).count(),
    }
    return render(request, "web/organization/records_done.html", context)


class MinutesForm(Form):
    """How long it was."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        help_text=gettext_lazy("Time actually given, without breaks and the way there."),
        min_value=1,
        max_value=1440,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class AgainForm(MinutesForm):
    """What a returned record is handed in with."""

    words = TextField(label=gettext_lazy("What was missing"), lines=True, max_length=400)


@login_required
def record(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one record of an organization's service; confirm it, or hand it in again."""
    rows = queries.organization_records(me(request), now=timezone.now())
    return _record(request, one(rows, ref), back="web:org-records")


@login_required
def record_of_area(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one record to the office in whose area the service was, which can confirm it too."""
    rows = queries.records_of_area(me(request), now=timezone.now())
    return _record(request, one(rows, ref), back="web:console")


def _record(request: HttpRequest, row: ServiceRecord, *, back: str) -> HttpResponse:
    """Show a record with its evidence; confirm it with other minutes, or hand it in again."""
    user, now = me(request), timezone.now()
    was_returned = row.state == RecordState.RETURNED
    usual = row.minutes or (evidence_minutes(row) if row.ends_at else None)
    kind = AgainForm if was_returned else MinutesForm
    form = kind(request.POST or None, initial={"minutes": usual})
    act = actions.propose_again if was_returned else actions.confirm_record

    def confirm(given: dict[str, Any]) -> Any:
        return act(record=row, by=user, now=now, **given)

    if request.method == "POST" and carry_out(form, confirm):
        messages.success(request, _("Confirmed. The hours go on to the review."))
        return redirect(back)
    [sheet] = queries.sheets([row], by=user, now=now)
    return show(
        request,
        "web/organization/record.html",
        form,
        row=row,
        back=back,
        sheet=sheet,
        signals=signals(
            record=row, check_in=sheet.check_in, day_minutes=sheet.day_minutes
        ).values(),
        was_returned=was_returned,
        waits=row.state in queries.TO_CONFIRM,
        may=allowed(check_confirms, record=row, may=True, by=user),
    )
