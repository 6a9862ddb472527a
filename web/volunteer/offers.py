"""Decide about an offer."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kernel.refusals import allowed, refusal_of
from matching import actions, queries, rules
from matching.states import DeclineReason
from web.shared.forms import Form, carry_out, show
from web.shared.pages import me, one
from web.shared.parts import told
from web.volunteer.why import why


@login_required
def offer(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what, when, roughly where, why me, and by when to answer."""
    user, now = me(request), timezone.now()
    row = one(queries.offers_for(user), ref)
    refusal = refusal_of(
        rules.check_accept,
        offer=row,
        opening=row.opening,
        clash=queries.overlapping(volunteer=user, opening=row.opening),
        by=user,
        now=now,
    ) or refusal_of(rules.check_own_yes, reasons=queries.why_not(row.opening, user, now=now))
    context = {
        "row": row,
        "why": why(row),
        "reasons": told(row.reasons),
        "refusal": refusal,
        "may_extend": allowed(rules.check_extend, offer=row, by=user, now=now),
    }
    return render(request, "web/volunteer/offer.html", context)


@login_required
@require_POST
def accept(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the place."""
    row = one(queries.offers_for(me(request)), ref)
    task = actions.accept_offer(offer=row, by=me(request), now=timezone.now())
    messages.success(request, _("Thank you. The resident is told who comes."))
    return redirect("web:task", ref=task.ref)


PAUSES = [
    (0, gettext_lazy("You may ask me again at once")),
    (14, gettext_lazy("For two weeks")),
    (30, gettext_lazy("For a month")),
    (90, gettext_lazy("For three months")),
    (365, gettext_lazy("For a year")),
]


class DeclineForm(Form):
    """Why not this time."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why not this time"),
        help_text=gettext_lazy("It helps us ask you better. A no costs nothing."),
        widget=forms.RadioSelect,
        choices=DeclineReason.choices,
    )
    pause_days = forms.TypedChoiceField(
        label=gettext_lazy("For how long should we not ask you for this kind of help?"),
        help_text=gettext_lazy("You can change it at any time under “My limits”."),
        widget=forms.RadioSelect,
        choices=PAUSES,
        coerce=int,
        initial=0,
        required=False,
    )


@login_required
def decline(request: HttpRequest, ref: str) -> HttpResponse:
    """Say no."""
    row = one(queries.offers_for(me(request)), ref)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form,
        lambda given: actions.decline_offer(
            offer=row,
            reason=given["reason"],
            pause_days=given["pause_days"] or 0,
            by=me(request),
            now=timezone.now(),
        ),
    ):
        messages.success(request, _("Thank you for answering. We ask somebody else."))
        return redirect("web:volunteer")
    return show(request, "web/volunteer/decline.html", form, row=row)


@login_required
@require_POST
def extend(request: HttpRequest, ref: str) -> HttpResponse:
    """Have two more hours to think."""
    row = one(queries.offers_for(me(request)), ref)
    actions.extend_offer(offer=row, by=me(request), now=timezone.now())
    messages.success(request, _("You have two more hours."))
    return redirect("web:offer", ref=ref)


@login_required
@require_POST
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take an application back."""
    now = timezone.now()
    row = one(queries.applications_for(me(request), now=now), ref)
    actions.withdraw_application(application=row, by=me(request), now=now)
    messages.success(request, _("Taken back."))
    return redirect("web:volunteer")
