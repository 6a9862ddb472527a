"""Ask for help in three steps: what, when and where, check (J1a)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import queries as people
from help_requests import actions, queries
from help_requests.models import HelpRequest
from help_requests.states import RequestState
from web.resident import questions
from web.resident.asking import at, chosen_day, chosen_place, when_form
from web.shared.context import is_short
from web.shared.forms import Form, carry_out, show
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


@login_required
def what(request: HttpRequest, ref: str) -> HttpResponse:
    """Step 1: what; a picture first, then what belongs to it."""
    return questions.what(request, _draft(request, ref))


@login_required
def when(request: HttpRequest, ref: str) -> HttpResponse:
    """Step 2: when, where and how many; the home is filled in."""
    draft = _draft(request, ref)
    if is_short(request):
        return questions.when(request, draft)
    form = when_form(request, draft)

    def act(given: dict[str, Any]) -> Any:
        day, where = chosen_day(form, given), chosen_place(form, given, draft)
        if day is None or where is None:
            return None
        return actions.change_draft(
            request=draft,
            minutes=given["minutes"],
            is_weekly=given["is_weekly"],
            places=given["places"],
            gender_wish=given["gender_wish"],
            by=me(request),
            now=timezone.now(),
            **at(day, given["start"], is_weekly=given["is_weekly"]),
            **where,
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
