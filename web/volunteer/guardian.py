"""The guardian of a volunteer under 18: named by the volunteer, asked on a page of their own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries
from accounts.models import VolunteerProfile
from kernel.text import mask_phone
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me
from web.volunteer.register import own_profile


class GuardianForm(Form):
    """Who has to allow it."""

    name = TextField(label=gettext_lazy("Name of your guardian"), max_length=30)
    phone = TextField(
        label=gettext_lazy("Mobile number of your guardian"),
        help_text=gettext_lazy(
            "We send the address of the page there. With this number your guardian signs in and allows it."
        ),
        max_length=20,
    )


class MarkField(forms.CharField):
    """The mark of what the page shows; refused, the page comes back with that of what it shows now."""

    widget = forms.HiddenInput

    def bound_data(self, data: Any, initial: Any) -> Any:  # noqa: ARG002 (Django's)
        """Return what to print, whatever was sent."""
        return initial


class WardForm(Form):
    """A yes to the guardian whom the page named."""

    shown = MarkField(required=False)  # without it the action refuses in its own words


@login_required
def guardian(request: HttpRequest) -> HttpResponse:
    """Name the guardian, and read how they allow it; another one has to be asked anew."""
    row = own_profile(request)
    if row is None:
        return redirect("web:register-identity")
    form = GuardianForm(request.POST or None, initial=queries.facts(row.guardian))

    def act(given: dict[str, Any]) -> Any:
        return actions.record_guardian(volunteer=row, by=me(request), now=timezone.now(), **given)

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Your guardian gets a message with the address of the page."))
        return redirect("web:my-guardian")
    return show(request, "web/volunteer/guardian.html", form, row=row)


@login_required
def ward(request: HttpRequest, ref: str) -> HttpResponse:
    """Allow a volunteer under 18 to help: the guardian, or the office that has the signature."""
    row = _ward(request, ref)
    form = WardForm(request.POST if request.method == "POST" else None)

    def act(given: dict[str, Any]) -> Any:
        return actions.confirm_guardian(volunteer=row, by=me(request), now=timezone.now(), **given)

    if request.method == "POST":
        if carry_out(form, act):
            messages.success(request, _("Allowed. Thank you."))
            return redirect("web:ward", ref=ref)
        row = _ward(request, ref)  # another guardian may have been named at this moment
    form.initial = {"shown": queries.guardian_mark(row)}
    named = queries.facts(row.guardian)
    phone = mask_phone(named.get("phone", ""))
    return show(request, "web/volunteer/ward.html", form, row=row, named=named, phone=phone)


@login_required
@require_POST
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the consent back."""
    row = _ward(request, ref)
    actions.withdraw_guardian(volunteer=row, by=me(request), now=timezone.now())
    messages.success(request, _("Taken back. They are not asked for services any more."))
    return redirect("web:ward", ref=ref)


def _ward(request: HttpRequest, ref: str) -> VolunteerProfile:
    row = queries.ward(me(request), ref, now=timezone.now())
    if row is None:
        raise Http404
    return row
