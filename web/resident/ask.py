"""Ask for help in three steps: what, when and where, check (J1a)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import queries as people
from help_requests import actions, queries, rules
from help_requests.models import HelpRequest
from help_requests.states import RequestState
from web.resident import questions
from web.resident.asking import at, chosen_day, chosen_place, when_form
from web.shared.context import is_short
from web.shared.forms import Form, carry_out, show
from web.shared.pages import me, one

Page = Callable[[HttpRequest, str], HttpResponse]


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Begin, or say whether to go on with one's own draft; a proxy picks for whom first."""
    user, now = me(request), timezone.now()
    residents = list(people.my_residents(user, now=now))
    if not residents:
        return redirect("web:resident-register")
    chosen = request.POST.get("resident") or request.GET.get("resident", "")
    whom = next((r for r in residents if r.ref == chosen), None)
    if whom is None and len(residents) == 1:
        whom = residents[0]
    if whom is None:
        return render(request, "web/resident/whom.html", {"residents": residents})
    draft = queries.half_written(user, whom, now=now)
    if request.method != "POST":
        return render(request, "web/resident/begin.html", {"whom": whom, "draft": draft})
    if draft is None:
        draft = actions.draft_request(resident=whom, by=user, now=now)
    elif "anew" in request.POST:
        actions.change_draft(request=draft, by=user, now=now, **rules.blank())
    else:
        return redirect(f"{request.path}?resident={whom.ref}")
    return redirect("web:request-what", ref=draft.ref)


def _of_draft(step: Callable[[HttpRequest, HelpRequest], HttpResponse]) -> Page:
    """Make a page of a step; what was sent already is past it, and is shown instead."""

    @login_required
    @wraps(step)
    def page(request: HttpRequest, ref: str) -> HttpResponse:
        row: HelpRequest = one(queries.requests_for(me(request), now=timezone.now()), ref)
        if row.state != RequestState.DRAFT:
            return redirect("web:request", ref=ref)
        return step(request, row)

    return page


@_of_draft
def what(request: HttpRequest, draft: HelpRequest) -> HttpResponse:
    """Step 1: what; a picture first, then what belongs to it."""
    return questions.what(request, draft)


@_of_draft
def when(request: HttpRequest, draft: HelpRequest) -> HttpResponse:
    """Step 2: when, where and how many; the home is filled in."""
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
            language=given["language"],
            by=me(request),
            now=timezone.now(),
            **at(day, given["start"], is_weekly=given["is_weekly"]),
            **where,
        )

    if request.method == "POST" and carry_out(form, act):
        return redirect("web:request-check", ref=draft.ref)
    return show(request, "web/resident/when.html", form, draft=draft)


@require_http_methods(["GET", "POST"])
@_of_draft
def check(request: HttpRequest, draft: HelpRequest) -> HttpResponse:
    """Step 3: check, and send."""
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carry_out(
        form,
        lambda _given: actions.submit_request(request=draft, by=me(request), now=timezone.now()),
    ):
        messages.success(
            request, _("We have your request. Your street answers within one working day.")
        )
        return redirect("web:request", ref=draft.ref)
    name = queries.shown_name(me(request), draft, now=timezone.now())
    is_own = draft.resident.user_id == me(request).pk
    now = timezone.now()
    return show(
        request,
        "web/resident/check.html",
        form,
        draft=draft,
        name=name,
        is_own=is_own,
        due=rules.answer_due(now) if rules.begins_before_answer(draft, now=now) else None,
        writes=people.writes_only(me(request)),
    )
