"""Anyone checks a proof."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incentives import actions, queries
from incentives.states import REVIEWERS_REASONS
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, viewer


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
        choices=[(code, code.label) for code in REVIEWERS_REASONS],
        widget=forms.RadioSelect,
    )


def standing(request: HttpRequest, number: str) -> HttpResponse:
    """Say what the proof is worth; a wrong number gets the same page. Who may revoke it does so here."""
    found, now = queries.standing(number), timezone.now()
    bodies = queries.bodies_of(found.proof) if found.proof else []
    context = {"standing": found, "proof": found.proof, "bodies": bodies}
    mine = queries.revocable_for(viewer(request), now=now).filter(revoked_at__isnull=True)
    proof = mine.filter(pk=found.proof.pk).first() if found.proof else None
    if proof is None:
        return render(request, "web/public/standing.html", context)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form, lambda given: actions.revoke_proof(proof=proof, by=me(request), now=now, **given)
    ):
        return redirect("web:standing", number=number)
    return show(request, "web/public/standing.html", form, **context)
