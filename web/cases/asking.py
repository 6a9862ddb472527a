"""Be heard: complain with or without an account, and follow it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.refusals import Invalid
from regions.queries import districts
from rights import actions, queries
from rights.states import ComplaintKind
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import viewer
from web.shared.places import offer_places


class ComplaintForm(Form):
    """What happened, where, and what is wished for."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is about"),
        widget=forms.RadioSelect,
        choices=ComplaintKind.choices,
    )
    region = forms.ChoiceField(label=gettext_lazy("In which district"))
    words = TextField(label=gettext_lazy("What happened"), lines=True, max_length=2000)
    wish = TextField(
        label=gettext_lazy("What you wish for"), lines=True, max_length=2000, required=False
    )
    contact = TextField(label=gettext_lazy("How we reach you"), max_length=100, required=False)


def complain(request: HttpRequest) -> HttpResponse:
    """Make a complaint; without an account a number and a code are shown once."""
    form = ComplaintForm(request.POST or None)
    places = offer_places(form, districts(), empty="", name=str)

    def act(given: dict[str, Any]) -> Any:
        given["region"] = places[given["region"]]
        return actions.submit_complaint(by=viewer(request), now=timezone.now(), **given)

    made = carry_out(form, act) if request.method == "POST" else None
    complaint, code = made or (None, "")
    return show(request, "web/cases/complain.html", form, complaint=complaint, code=code)


class TrackForm(Form):
    """Number and code."""

    number = TextField(label=gettext_lazy("Number"), max_length=20)
    code = TextField(label=gettext_lazy("Code"), max_length=12)


def track(request: HttpRequest) -> HttpResponse:
    """Follow a complaint without an account."""
    form = TrackForm(request.POST or None)

    def act(given: dict[str, Any]) -> Any:
        found = queries.track(given["number"], given["code"])
        if found is None:
            raise Invalid("not_found", _("Number and code do not fit."), field="code")
        return found

    found = carry_out(form, act) if request.method == "POST" else None
    rulings = found.rulings.all() if found else []
    return show(request, "web/cases/track.html", form, found=found, rulings=rulings)
