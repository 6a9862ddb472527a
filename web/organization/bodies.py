"""What needs an organization today."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.workdays import local_date
from organizations import actions, queries
from organizations.states import OrganizationKind, ShiftState
from regions.queries import districts
from service_records.queries import records_to_confirm
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me
from web.shared.places import offer_places


@login_required
def org(request: HttpRequest) -> HttpResponse:
    """Show the organization, its coming shifts and the hours to confirm."""
    user, now = me(request), timezone.now()
    bodies = list(queries.my_organizations(user, now=now))
    if not bodies:
        return redirect("web:org-register")
    shifts = queries.shifts_for(user, now=now).filter(
        organization__in=bodies, state=ShiftState.PUBLISHED, ends_at__gt=now
    )
    waiting = records_to_confirm(user, now=now)
    unrecorded = waiting.filter(recorded_at__isnull=True)
    return render(
        request,
        "web/organization/org.html",
        {
            "bodies": bodies,
            "shifts": shifts.order_by("starts_at")[:20],
            "waiting": waiting.count(),
            "overdue": unrecorded.filter(record_due_on__lt=local_date(now)).count(),
            "first": unrecorded.first(),
        },
    )


class BodyForm(Form):
    """Registering a body."""

    name = TextField(label=gettext_lazy("Full name of the organization"), max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), widget=forms.RadioSelect, choices=OrganizationKind.choices
    )
    credit_code = TextField(
        label=gettext_lazy("Credit code"),
        help_text=gettext_lazy("18 characters, on the registration certificate."),
        max_length=24,
    )
    region = forms.ChoiceField(label=gettext_lazy("District"))
    address = TextField(label=gettext_lazy("Address"), max_length=200)
    contact = TextField(label=gettext_lazy("Public contact"), max_length=80)
    about = TextField(label=gettext_lazy("About you"), lines=True, max_length=2000, required=False)


@login_required
def register(request: HttpRequest) -> HttpResponse:
    """Register a body; its district verifies it."""
    form = BodyForm(request.POST or None)
    places = offer_places(form, districts(), name=str)

    def act(given: dict[str, Any]) -> Any:
        given["region"] = places[given["region"]]
        return actions.register_organization(by=me(request), now=timezone.now(), **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Registered. The district checks it and tells you."))
        return redirect("web:org")
    return show(request, "web/organization/register.html", form)
