"""What opens my account: the password, and the phone number or e-mail address that codes go to."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries
from accounts.states import ENTERED, PASSED
from kernel.sessions import BROWSER
from web.account.enter import BACKEND, CodeForm, code_sent, sent_again
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import address_of, me

KEPT = (BROWSER, ENTERED, PASSED)  # of the session, which a new password ends like all others


class PasswordForm(Form):
    """The password that stands, and the new one."""

    current = forms.CharField(
        label=gettext_lazy("Present password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        max_length=128,
        strip=False,
        required=False,
    )
    password = forms.CharField(
        label=gettext_lazy("New password"),
        help_text=gettext_lazy(
            "At least ten characters, not only digits. A short sentence is good."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=128,
        strip=False,
    )


@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Set or change the password; all other browsers and programs are signed out."""
    user, now = me(request), timezone.now()
    form = PasswordForm(request.POST or None)
    entered = queries.entered_at(request.session)
    is_fresh = queries.entered_by_code(user, entered=entered, now=now)
    has_one = user.has_usable_password()
    if is_fresh:
        del form.fields["current"]

    def act(given: dict[str, Any]) -> Any:
        return actions.change_password(
            user=user,
            current=given.get("current", ""),
            new=given["password"],
            entered=entered,
            ip=address_of(request),
            by=user,
            now=now,
        )

    kept = {name: request.session[name] for name in KEPT if name in request.session}
    if request.method == "POST" and carry_out(form, act):
        login(request, user, backend=BACKEND)
        request.session.update(kept)
        messages.success(request, _("Your password is set. Everywhere else you are signed out."))
        return redirect("web:account")
    return show(request, "web/account/new_password.html", form, is_fresh=is_fresh, has_one=has_one)


class NewAddressForm(Form):
    """Where codes and messages go from now on."""

    address = TextField(
        label=gettext_lazy("New phone number or e-mail address"),
        help_text=gettext_lazy("We send a code there. What you have stays until you type it."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@login_required
def address(request: HttpRequest) -> HttpResponse:
    """Say the new address; a code goes there."""
    form = NewAddressForm(request.POST or None)
    if request.method == "POST" and code_sent(request, form):
        request.session["new_address"] = form.cleaned_data["address"]
        return redirect("web:address-code")
    return show(request, "web/account/address.html", form)


@login_required
def address_code(request: HttpRequest) -> HttpResponse:
    """Prove the new address by its code."""
    wanted = request.session.get("new_address")
    if not wanted:
        return redirect("web:address")
    user = me(request)
    form = CodeForm(request.POST or None)

    def act(given: dict[str, Any]) -> Any:
        return actions.change_address(
            user=user,
            address=wanted,
            code=given["code"],
            ip=address_of(request),
            by=user,
            now=timezone.now(),
        )

    if request.method == "POST" and carry_out(form, act):
        del request.session["new_address"]
        messages.success(request, _("Changed. From now on codes and messages go there."))
        return redirect("web:account")
    steps = {"before": "web:address", "again": "web:address-again"}
    return show(request, "web/account/code.html", form, address=wanted, **steps)


@login_required
@require_POST
def address_again(request: HttpRequest) -> HttpResponse:
    """Send the code to the new address once more; the limits of the first hold."""
    return sent_again(request, request.session.get("new_address", ""), "web:address-code")
