"""My record: hours, stars, points, proofs; and an appeal."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.queries import volunteers_for
from incentives import actions, queries
from kernel.refusals import allowed
from kernel.workdays import local_date
from rights import actions as rights
from rights import queries as cases
from rights.rules import check_appeals
from rights.states import AppealReason
from service_records import queries as records
from web.shared.forms import DayField, Form, TextField, carry_out, carry_out_once, show
from web.shared.pages import me, one


class ProofForm(Form):
    """Which days a proof covers."""

    starts_on = DayField(label=gettext_lazy("From"))
    ends_on = DayField(label=gettext_lazy("To"))


@login_required
def hours(request: HttpRequest) -> HttpResponse:
    """Show verified and declared hours apart, stars and points, and make a proof."""
    user, now = me(request), timezone.now()
    profile = volunteers_for(user, now=now).filter(user=user).first()
    if profile is None:
        return redirect("web:volunteer-register")
    today = local_date(now)
    initial = {"starts_on": today.replace(month=1, day=1), "ends_on": today}
    form = ProofForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> dict[str, str]:
        proof = actions.issue_proof(
            volunteer=profile, language=get_language() or "zh-hans", by=user, now=now, **given
        )
        return {"ref": proof.ref}

    if request.method == "POST" and carry_out_once(request, form, act):
        messages.success(request, _("Your proof is ready."))
        return redirect("web:my-hours")
    return show(
        request,
        "web/volunteer/hours.html",
        form,
        profile=profile,
        totals=queries.hours_of(user),
        stars=range(queries.stars_of(user)),
        points=queries.balance(user),
        records=records.own_records(user)[:50],
        proofs=queries.proofs_for(user, now=now)[:20],
    )


@login_required
def proof_pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand out the paper of a proof."""
    proof = one(queries.proofs_for(me(request), now=timezone.now()), ref)
    answer = HttpResponse(actions.proof_pdf(proof), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{proof.number}.pdf"'
    return answer


class AppealForm(Form):
    """What is wrong, and what would be right."""

    reason = forms.ChoiceField(
        label=gettext_lazy("What is wrong"), widget=forms.RadioSelect, choices=AppealReason.choices
    )
    words = TextField(label=gettext_lazy("What happened"), lines=True, max_length=2000)
    claimed_minutes = forms.IntegerField(
        label=gettext_lazy("How many minutes would be right"),
        min_value=1,
        max_value=1440,
        required=False,
    )


@login_required
def record(request: HttpRequest, ref: str) -> HttpResponse:
    """Understand one record, and appeal a decision about it."""
    user, now = me(request), timezone.now()
    row = one(records.own_records(user), ref)
    form = AppealForm(request.POST or None)

    def act(given: dict[str, Any]) -> Any:
        return rights.submit_appeal(record=row, by=user, now=now, **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Your appeal is with another person than who decided."))
        return redirect("web:record", ref=ref)
    return show(
        request,
        "web/volunteer/record.html",
        form,
        row=row,
        appeals=cases.appeals_for(user, now=now).filter(record=row),
        correction=getattr(row, "correction", None),
        may_appeal=allowed(check_appeals, record=row, by=user, now=now, **cases.appeal_facts(row)),
    )
