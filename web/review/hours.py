"""Review hours: plan and evidence side by side, approve or return."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from kernel.references import spoken
from service_records import actions, queries
from service_records.rules import signals
from service_records.states import RecordState, ReturnReason
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one
from web.shared.posts import area


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """List what is to review, the one due first at the top."""
    area(request, Permission.REVIEW_HOURS)
    found = queries.review_queue(me(request), now=timezone.now())
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(request, "web/review/queue.html", {"page": page, "first": found.first()})


def _on(request: HttpRequest) -> HttpResponse:
    """Go on to what is due first; to the queue when that is empty."""
    following = queries.review_queue(me(request), now=timezone.now()).first()
    if following:
        return redirect("web:review-record", ref=following.ref)
    return redirect("web:review")


class ReturnForm(Form):
    """Why hours go back."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"), widget=forms.RadioSelect, choices=ReturnReason.choices
    )
    words = TextField(label=gettext_lazy("Explain it to the volunteer"), lines=True, max_length=400)


@login_required
def record(request: HttpRequest, ref: str) -> HttpResponse:
    """Show plan and evidence side by side; return with a reason."""
    user, now = me(request), timezone.now()
    row = one(queries.review_queue(user, now=now), ref)
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form, lambda given: actions.return_hours(record=row, by=user, now=now, **given)
    ):
        messages.success(request, _("Returned. The other side reads why."))
        return _on(request)
    day_minutes = queries.day_minutes(row.volunteer, row.service_on)
    check_in = queries.check_in_of(row.assignment)
    return show(
        request,
        "web/review/record.html",
        form,
        row=row,
        check_in=check_in,
        day_minutes=day_minutes,
        signals=signals(record=row, check_in=check_in, day_minutes=day_minutes).values(),
        pair=queries.pair_history(row, user, now=now),
        following=queries.next_to_review(user, row, now=now),
    )


@login_required
@require_POST
def approve(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve, or pass on to a second reviewer; then the next one."""
    user, now = me(request), timezone.now()
    row = actions.approve_hours(
        record=one(queries.review_queue(user, now=now), ref), by=user, now=now
    )
    held = row.state == RecordState.HELD
    whose = {"name": row.volunteer.volunteer.name, "number": spoken(row.number)}
    words = _("%(name)s, record %(number)s: another reviewer has to see it too.")
    messages.success(
        request, (words if held else _("Approved: %(name)s, record %(number)s.")) % whose
    )
    return _on(request)
