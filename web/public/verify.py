"""Anyone checks a proof."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from incentives import queries
from web.shared.forms import Form, TextField, show


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


def standing(request: HttpRequest, number: str) -> HttpResponse:
    """Say what the proof is worth; a wrong number gets the same page."""
    found = queries.standing(number)
    return render(request, "web/public/standing.html", {"standing": found, "proof": found.proof})
