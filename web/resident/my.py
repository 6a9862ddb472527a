"""What is coming, and who I am to the platform."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions, queries
from accounts.states import TEXT_VERSION, Disability, Purpose
from help_requests import queries as requests
from help_requests.states import VisitState
from kernel.refusals import Refusal
from regions.queries import streets
from service_records.queries import records_to_confirm_at_home
from web.resident.needs import NEEDS
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me
from web.shared.places import NOT_CHOSEN, offer_places


@login_required
def my(request: HttpRequest) -> HttpResponse:
    """See what is coming, and ask for more; a proxy sees for whom."""
    user, now = me(request), timezone.now()
    residents = list(queries.my_residents(user, now=now))
    if not residents:
        return redirect("web:resident-register")
    visits = requests.visits_for(user, now=now).filter(request__resident__in=residents)
    coming = visits.filter(
        state__in=[VisitState.PLANNED, VisitState.MATCHED, VisitState.IN_SERVICE], ends_at__gt=now
    )
    return render(
        request,
        "web/resident/my.html",
        {
            "residents": residents,
            "next": coming.order_by("starts_at").first(),
            "to_confirm": records_to_confirm_at_home(user, now=now)[:10],
            "requests": requests.my_requests(user, now=now)[:20],
        },
    )


NEEDED = gettext_lazy("Needed: without it nobody can be found to help you.")


class ResidentForm(Form):
    """Who asks: the least that is needed; everything else can come later."""

    name = TextField(label=gettext_lazy("Your name"), max_length=30)
    phone = TextField(label=gettext_lazy("Phone"), max_length=20, required=False)
    region = forms.ChoiceField(label=gettext_lazy("Your street or town"))
    address = TextField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Only who comes sees it, two hours before."),
        max_length=200,
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Kind of disability"), choices=[NOT_CHOSEN, *Disability.choices]
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("If it is multiple: which kinds"),
        choices=Disability.choices[:6],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level on the certificate"),
        choices=[NOT_CHOSEN, ("1", "1"), ("2", "2"), ("3", "3"), ("4", "4")],
    )
    certificate = TextField(
        label=gettext_lazy("Number on the disability certificate"),
        help_text=gettext_lazy("Twenty characters. You can also leave it out for now."),
        max_length=30,
        required=False,
    )
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("What we should know"),
        choices=NEEDS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    no_voice = forms.BooleanField(label=gettext_lazy("Write to me, do not call"), required=False)
    disability = forms.BooleanField(
        label=gettext_lazy("I allow the use of my disability data to find the right help"),
        help_text=NEEDED,
    )
    sharing = forms.BooleanField(
        label=gettext_lazy("I allow that who helps me learns what is needed for it"),
        help_text=NEEDED,
    )
    matching = forms.BooleanField(
        label=gettext_lazy("I allow automatic matching; without it a person chooses"),
        help_text=gettext_lazy("Up to you: you can ask for help without it."),
        required=False,
    )

    def refuse(self, refusal: Refusal) -> None:
        """Put what is wrong with the kind of disability at its questions, not at the consent."""
        if refusal.field == "disability":
            refusal.field = "parts" if refusal.code == "bad_parts" else "category"
        super().refuse(refusal)


@login_required
def register(request: HttpRequest) -> HttpResponse:
    """Say once who one is and what one needs."""
    user, now = me(request), timezone.now()
    if queries.my_residents(user, now=now).filter(user=user).exists():
        return redirect("web:my")
    form = ResidentForm(request.POST or None)
    places = offer_places(form, streets())

    def act(given: dict[str, Any]) -> Any:
        allowed = [
            purpose
            for purpose, name in (
                (Purpose.DISABILITY, "disability"),
                (Purpose.SHARING, "sharing"),
                (Purpose.MATCHING, "matching"),
            )
            if given[name]
        ]
        parts = given["parts"] if given["category"] == Disability.MULTIPLE else []
        return actions.register_resident(
            user=user,
            name=given["name"],
            phone=given["phone"],
            region=places[given["region"]],
            address=given["address"],
            disability=(given["category"], given["level"], parts),
            certificate=given["certificate"],
            needs=given["needs"],
            no_voice=given["no_voice"],
            consents=[(purpose, TEXT_VERSION) for purpose in allowed],
            by=user,
            now=now,
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Thank you. Now you can ask for help."))
        return redirect("web:new-request")
    return show(request, "web/resident/register.html", form)
