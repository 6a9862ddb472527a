"""Anyone checks a proof."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incentives import actions, queries
from incentives.states import RevokeReason
from web.shared.forms import Form, TextField, carry_out, show


class NumberForm(Form):
    """The number on the paper."""

    number = TextField(
        label=_("Number of the proof"), help_text=_("It stands beside the QR code."), max_length=40
    )


def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the number."""
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("web:standing", number=form.cleaned_data["number"].replace("/", ""))
    return show(request, "web/public/verify.html", form)


class RevokeForm(Form):
    """Why a proof no longer stands."""

    reason = forms.ChoiceField(
        label=_("Why does it no longer stand?"),
        choices=[(code, code.label) for code in (RevokeReason.MISTAKE, RevokeReason.MISUSE)],
        widget=forms.RadioSelect,
    )


def standing(request: HttpRequest, number: str) -> HttpResponse:
    """Say what the proof is worth; a wrong number gets the same page. Who may revoke it does so here."""
    found = queries.standing(number)
    proof, now = found.proof, timezone.now()
    may = proof is not None and proof.revoked_at is None and request.user.is_authenticated
    may = may and queries.revocable_for(request.user, now=now).filter(pk=proof.pk).exists()
    form = RevokeForm(request.POST or None) if may else None

    def revoke(given: dict[str, Any]) -> Any:
        return actions.revoke_proof(proof=proof, by=request.user, now=now, **given)

    if form and request.method == "POST" and carry_out(form, revoke):
        return redirect("web:standing", number=number)
    context = {"standing": found, "proof": proof}
    if form is None:
        return render(request, "web/public/standing.html", context)
    return show(request, "web/public/standing.html", form, **context)
