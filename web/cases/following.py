"""Follow one's own case: state, clock, answers, and what who brought it may do."""

from collections.abc import Callable
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

from kernel.refusals import allowed
from kernel.workdays import local_date
from rights import actions, queries
from rights.models import Appeal, Complaint
from rights.rules import check_asks_review
from rights.states import CaseState, Outcome
from web.shared.pages import me

DEEDS: dict[str, Callable[..., Any]] = {
    "withdraw": actions.withdraw_case,
    "review": actions.ask_review,
    "close": actions.close_case,
}

# What was decided, said to who decides; who brought the case reads ``Outcome``, which speaks to them.
FOUND = {
    Outcome.UPHELD: gettext_lazy("it is true"),
    Outcome.PARTLY: gettext_lazy("it is true in part"),
    Outcome.DISMISSED: gettext_lazy("it is not true"),
}


def deeds_of(row: Complaint | Appeal, *, now: datetime, is_own: bool = True) -> dict[str, Any]:
    """Return the answers to a case, in the words of its reader, and what who brought it may do now."""
    return {
        "is_appeal": isinstance(row, Appeal),
        "rulings": [
            (ruling, ruling.get_outcome_display() if is_own else FOUND[Outcome(ruling.outcome)])
            for ruling in row.rulings.select_related("key").order_by("pk")
        ],
        "may_withdraw": row.machine.allows(row.state, CaseState.WITHDRAWN),
        "may_close": row.state == CaseState.CONCLUDED,
        "may_review": allowed(
            check_asks_review,
            state=row.state,
            concluded_on=queries.settled_on(row, now=now),
            today=local_date(now),
        ),
    }


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """List one's own complaints and appeals, the newest first."""
    rows = queries.my_cases(me(request), now=timezone.now())
    return render(request, "web/cases/mine.html", {"rows": rows})


def own(request: HttpRequest, row: Complaint | Appeal, *, now: datetime) -> HttpResponse:
    """Show a case to who brought it."""
    context = {"row": row, "now": now, **deeds_of(row, now=now)}
    return render(request, "web/cases/own.html", context)


def case_of(request: HttpRequest, ref: str) -> Complaint | Appeal:
    """Return the case with this reference: one's own, or one to handle."""
    row = queries.case_for(me(request), ref, now=timezone.now())
    if row is None:
        raise Http404
    return row


def do(request: HttpRequest, ref: str, deed: Callable[..., Any], words: str) -> HttpResponse:
    """Do what a button asks for, and come back to the case."""
    deed(case=case_of(request, ref), by=me(request), now=timezone.now())
    messages.success(request, words)
    return redirect("web:case", ref=ref)


@login_required
@require_POST
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take it back."""
    return do(request, ref, actions.withdraw_case, _("You have taken it back."))


@login_required
@require_POST
def review(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask another person to look once more."""
    return do(request, ref, actions.ask_review, _("Another person looks at it once more."))


@login_required
@require_POST
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """End a decided case: who asked is content, or the time for a review is over."""
    return do(request, ref, actions.close_case, _("Closed."))
