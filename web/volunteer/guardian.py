"""The guardian of a volunteer under 18: named by the volunteer, asked on a page of their own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions, queries
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me
from web.volunteer.register import own_profile


class GuardianForm(Form):
    """Who has to allow it."""

    name = TextField(label=gettext_lazy("Name of your guardian"), max_length=30)
    phone = TextField(
        label=gettext_lazy("Mobile number of your guardian"),
        help_text=gettext_lazy("With this number your guardian signs in here and allows it."),
        max_length=20,
    )


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
        messages.success(request, _("Now ask your guardian to allow it."))
        return redirect("web:my-guardian")
    return show(request, "web/volunteer/guardian.html", form, row=row)


@login_required
def ward(request: HttpRequest, ref: str) -> HttpResponse:
    """Allow a volunteer under 18 to help: the guardian, or the office that has the signature."""
    user, now = me(request), timezone.now()
    row = queries.ward(user, ref, now=now)
    if row is None:
        raise Http404
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carry_out(
        form, lambda _given: actions.confirm_guardian(volunteer=row, by=user, now=now)
    ):
        messages.success(request, _("Allowed. Thank you."))
        return redirect("web:ward", ref=ref)
    return show(request, "web/volunteer/ward.html", form, row=row)
