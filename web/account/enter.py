"""One way in for everybody: an address, then the code sent there, or a password."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.models import User
from accounts.states import ENTERED, PASSED
from kernel.sessions import BROWSER
from web.account.devices import kind_of
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.navigation import home_for
from web.shared.pages import address_of

BACKEND = "django.contrib.auth.backends.ModelBackend"


class AddressForm(Form):
    """Where the code goes."""

    address = TextField(
        label=_("Phone number or e-mail address"),
        help_text=_("We send a code there. If you are new, this makes your account."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )


class CodeForm(Form):
    """The six digits."""

    code = TextField(
        label=_("Sign-in code"),
        help_text=_("Six digits, good for ten minutes."),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class PasswordForm(AddressForm):
    """Address and password."""

    address = TextField(
        label=_("Phone number or e-mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        max_length=200,
        strip=False,
    )


def let_in(
    request: HttpRequest, user: User, *, now: datetime, passed: bool = False
) -> HttpResponse:
    """Begin a session, and go where the person wanted to; ``now``: when it was shown who comes;
    ``passed``: with both factors."""
    wanted = request.session.pop("next", "")
    login(request, user, backend=BACKEND)
    request.session[BROWSER] = kind_of(request.headers.get("User-Agent", ""))
    request.session[ENTERED] = now.isoformat()
    if passed:
        request.session[PASSED] = True
    if not (wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)):
        wanted = home_for(request)
    return redirect(wanted)


def send_code(request: HttpRequest, address: str) -> Any:
    """Send a code to the address."""
    return actions.request_code(
        address=address,
        ip=address_of(request),
        language=get_language() or "zh-hans",
        now=timezone.now(),
    )


def code_sent(request: HttpRequest, form: Form) -> bool:
    """Send a code to the form's address; False where it is refused."""
    return bool(carry_out(form, lambda given: send_code(request, given["address"])))


def sent_again(request: HttpRequest, address: str, back: str) -> HttpResponse:
    """Send another code to the address that the session holds, if any, and go where it is typed."""
    if address:
        send_code(request, address)
        messages.success(request, gettext("A new code is on its way."))
    return redirect(back)


def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the same answer for known and unknown."""
    if wanted := request.GET.get("next"):
        request.session["next"] = wanted
    form = AddressForm(request.POST or None)
    if request.method == "POST" and code_sent(request, form):
        request.session["address"] = form.cleaned_data["address"]
        return redirect("web:enter-code")
    return show(request, "web/account/enter.html", form)


def code(request: HttpRequest) -> HttpResponse:
    """Trade the code for a session."""
    address = request.session.get("address")
    if not address:
        return redirect("web:enter")
    form, now = CodeForm(request.POST or None), timezone.now()
    user = None
    if request.method == "POST":
        user = carry_out(
            form,
            lambda given: actions.enter_with_code(
                address=address, code=given["code"], ip=address_of(request), now=now
            ),
        )
    if user:
        del request.session["address"]
        return let_in(request, user, now=now)
    steps = {"before": "web:enter", "again": "web:enter-again"}
    return show(request, "web/account/code.html", form, address=address, **steps)


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Send the code once more; the limits of the first hold."""
    return sent_again(request, request.session.get("address", ""), "web:enter-code")


def password(request: HttpRequest) -> HttpResponse:
    """Trade address and password for a session."""
    form, now = PasswordForm(request.POST or None), timezone.now()
    user = None
    if request.method == "POST":
        user = carry_out(
            form,
            lambda given: actions.enter_with_password(**given, ip=address_of(request), now=now),
        )
    if user:
        return let_in(request, user, now=now)
    return show(request, "web/account/password.html", form)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    logout(request)
    return redirect("web:home")
