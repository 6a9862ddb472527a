"""See my area, answer requests, find who can go."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.queries import desk_paths, desks_of
from accounts.roles import Permission
from help_requests import actions, queries, rules
from help_requests.states import CloseReason, RefusalReason, RequestState, VisitState
from kernel.refusals import allowed, refusal_of
from matching import queries as matched
from matching.queries.board import offers_of, open_needs
from matching.states import AssignmentState
from rights.queries import open_incidents
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import in_parts, me, one
from web.shared.posts import area


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show the queues of the viewer's area with their ages."""
    user, now = me(request), timezone.now()
    desks = desks_of(user, now=now)
    if not desks:
        raise Http404
    waiting = queries.request_queue(user, now=now, state=RequestState.SUBMITTED)
    openings = open_needs(user, now=now)
    return render(
        request,
        "web/console/overview.html",
        {
            "region": desks[0].region,
            "waiting": waiting.count(),
            "overdue": waiting.filter(answer_due_at__lt=now).count(),
            "unfilled": openings.count(),
            "escalated": openings.filter(escalated_at__isnull=False)[:20],
            "incidents": open_incidents(user, now=now)[:10],
            "first": waiting[:5],
            "grants_posts": bool(desk_paths(user, Permission.GRANT_DESKS, now=now)),
            "dispatches": bool(desk_paths(user, Permission.DISPATCH, now=now)),
        },
    )


class FilterForm(Form):
    """State and words."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), *RequestState.choices[1:]],
    )
    q = TextField(label=gettext_lazy("Number or kind"), required=False, max_length=30)


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """List the requests of the viewer's area: what waits first, what is over last."""
    area(request, *queries.OFFICE)
    form = FilterForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    found = queries.request_queue(
        me(request), now=timezone.now(), state=asked.get("state", ""), text=asked.get("q", "")
    )
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    n = page.paginator.count
    said = ngettext("%(n)s request", "%(n)s requests", n) % {"n": n}
    return in_parts(request, "web/console/queue.html", {"form": form, "page": page, "said": said})


# What comes next for a visit, said to the desk.
NEXT = {
    VisitState.PLANNED: gettext_lazy("Volunteers are being asked. Who agrees is shown here."),
    VisitState.MATCHED: gettext_lazy("Next: the volunteer comes, and checks in at the door."),
    VisitState.IN_SERVICE: gettext_lazy("Next: the volunteer checks out when it is done."),
    VisitState.COMPLETED: gettext_lazy(
        "Next: their side confirms it, then the hours are reviewed."
    ),
    VisitState.UNFILLED: gettext_lazy("Nobody came. Ask them whether another time would do."),
    VisitState.CANCELLED: gettext_lazy("Called off. Nothing is to be done."),
}


class AcceptForm(Form):
    """A yes with a few words."""

    words = TextField(
        label=gettext_lazy("Words to the resident"), lines=True, max_length=500, required=False
    )


@login_required
def request_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer a request; once accepted, see its visits, who comes, and who was asked."""
    user, now = me(request), timezone.now()
    row = one(queries.request_queue(user, now=now), ref)
    form = AcceptForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carry_out(
        form, lambda given: actions.accept_request(request=row, by=user, now=now, **given)
    ):
        messages.success(request, _("Accepted. The first volunteers are being asked."))
        return redirect("web:console-request", ref=ref)
    openings = open_needs(user, now=now).filter(visit__request=row).order_by("starts_at")
    boards = [(opening, offers_of(opening)) for opening in openings[:3]]
    is_own = row.resident.user_id == user.pk
    tasks: dict[int | None, list[Any]] = {}
    for task in matched.assignments_for(user, now=now).filter(opening__visit__request=row):
        if task.state != AssignmentState.CANCELLED:
            tasks.setdefault(task.opening.visit_id, []).append(task)
    return show(
        request,
        "web/console/request.html",
        form,
        row=row,
        boards=boards,
        visits=[(v, NEXT[VisitState(v.state)], tasks.get(v.pk, [])) for v in row.visits.all()],
        may_close=row.machine.allows(row.state, RequestState.CLOSED)
        and allowed(rules.check_nothing_open, is_open=queries.has_open_visits(row)),
        may_answer=row.machine.allows(row.state, RequestState.ACCEPTED)
        and allowed(rules.check_answers, in_scope=True, is_own=is_own),
        too_late=refusal_of(rules.check_still_ahead, request=row, now=now),
    )


class RefuseForm(Form):
    """A no, with a reason and words."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"), widget=forms.RadioSelect, choices=RefusalReason.choices
    )
    words = TextField(
        label=gettext_lazy("Words to the resident, and other ways"), lines=True, max_length=500
    )


class ReferForm(Form):
    """Who can help instead."""

    words = TextField(
        label=gettext_lazy("Who can help, and how to reach them"), lines=True, max_length=500
    )


class CloseForm(Form):
    """How it ended."""

    reason = forms.ChoiceField(
        label=gettext_lazy("How it ended"), widget=forms.RadioSelect, choices=CloseReason.choices
    )
    words = TextField(
        label=gettext_lazy("Words to the resident"), lines=True, max_length=500, required=False
    )


def _answer(
    request: HttpRequest, ref: str, form: Form, act: Any, title: str, kind: str = ""
) -> HttpResponse:
    user, now = me(request), timezone.now()
    row = one(queries.request_queue(user, now=now), ref)
    if request.method == "POST" and carry_out(
        form, lambda given: act(request=row, by=user, now=now, **given)
    ):
        messages.success(request, _("Answered. The resident is told."))
        return redirect("web:console-request", ref=ref)
    return show(request, "web/console/answer.html", form, row=row, title=title, kind=kind)


@login_required
def refuse(request: HttpRequest, ref: str) -> HttpResponse:
    """Say no."""
    form = RefuseForm(request.POST or None)
    return _answer(request, ref, form, actions.refuse_request, _("Refuse"), kind="warning")


@login_required
def refer(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand it on."""
    form = ReferForm(request.POST or None)
    return _answer(request, ref, form, actions.refer_request, _("Refer"))


@login_required
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """End what another body took over, or what nobody comes to any more."""
    form = CloseForm(request.POST or None)
    return _answer(request, ref, form, actions.close_request, _("Close the request"))
