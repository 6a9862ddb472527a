"""Follow one request."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.queries import acting
from help_requests import actions, queries, rules
from help_requests.states import CancelReason, Channel, RequestState
from kernel.refusals import allowed
from web.shared.forms import Form, carry_out, show
from web.shared.pages import me, one

OVER = (RequestState.REFUSED, RequestState.CLOSED, RequestState.CANCELLED)


@login_required
def request_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show its state, the next step with its clock, and its visits."""
    user, now = me(request), timezone.now()
    row = one(queries.requests_for(user, now=now), ref)
    if row.state == RequestState.DRAFT:
        return redirect("web:request-what", ref=ref)
    may_cancel = row.machine.allows(row.state, RequestState.CANCELLED) and allowed(
        rules.check_cancels, **queries.cancel_facts(user, row, now=now)
    )
    return render(
        request,
        "web/resident/request.html",
        {
            "row": row,
            "name": queries.shown_name(user, row, now=now),
            "address": row.address if queries.speaks_for(user, row, now=now) else None,
            "visits": row.visits.all(),
            "may_cancel": may_cancel,
            "may_ask_again": row.state in OVER
            and acting(user, row.resident, deed="ask", now=now) is not None,
        },
    )


@login_required
@require_POST
def again(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin a new request that says the same as one that came to nothing, or is over."""
    user, now = me(request), timezone.now()
    row = one(queries.requests_for(user, now=now).filter(state__in=OVER), ref)
    side = acting(user, row.resident, deed="ask", now=now)
    draft = actions.draft_request(
        resident=row.resident,
        channel=Channel.PAGE
        if side
        else queries.taken_down_at(user, row.resident, call_number="", now=now),
        by=user,
        now=now,
        **rules.asked_again(row, now=now),
    )
    messages.success(request, _("Here is the same request again. Change what should be different."))
    step = "web:request-check" if draft.starts_at else "web:request-when"
    return redirect(step, ref=draft.ref)


class CancelForm(Form):
    """Why it is called off."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"), widget=forms.RadioSelect, choices=CancelReason.choices
    )


@login_required
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Call it off."""
    row = one(queries.requests_for(me(request), now=timezone.now()), ref)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form,
        lambda given: actions.cancel_request(
            request=row, by=me(request), now=timezone.now(), **given
        ),
    ):
        messages.success(request, _("Cancelled. Whoever was to come is told."))
        return redirect("web:request", ref=ref)
    return show(request, "web/resident/cancel.html", form, row=row)
