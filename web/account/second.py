"""The second factor of staff, set up once, asked at each sign-in: six digits of an app, or a passkey."""

import base64
from functools import partial
from typing import Any

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.utils import decrypt
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions, queries
from accounts.states import PASSED
from kernel import vault
from kernel.text import digits
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.navigation import home_for
from web.shared.pages import me

CONTEXT = "allauth.mfa"


def _key() -> bytes:
    return bytes.fromhex(vault.blind("second-factor", "key"))


class SealedAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps the secrets of authenticators sealed under a key that is outside the database."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return base64.b64encode(vault.seal(_key(), text.encode(), CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return vault.unseal(_key(), base64.b64decode(encrypted_text), CONTEXT).decode()


class CodeForm(Form):
    """The six digits that the app shows."""

    code = TextField(
        label=gettext_lazy("Code of the app"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


def _picture(user_ref: str, secret: str) -> str:
    """Return the QR code that an authenticator app reads, as the address of an SVG."""
    address = f"otpauth://totp/VolunteerHub:{user_ref[:6]}?secret={secret}&issuer=VolunteerHub"
    return str(segno.make(address, error="m").svg_data_uri(scale=4, border=2))


@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set the app up the first time; ask for its code from then on, or for a passkey.

    Who has a passkey shows it before an app is set up: a stolen sign-in code must not add a factor.
    """
    user = me(request)
    apps = user.authenticator_set.filter(type=Authenticator.Type.TOTP)  # type: ignore[attr-defined]
    standing = apps.first()
    has_passkey = queries.passkeys_of(user).exists()
    passed = bool(request.session.get(PASSED))
    holds_post = bool(queries.desks_of(user, now=timezone.now()))
    secret = ""
    if standing is None and has_passkey and not passed:
        return redirect("web:second-passkey")
    if standing is None:
        secret = request.session.setdefault("second_factor_secret", generate_totp_secret())
    form = CodeForm(request.POST or None)

    def act(given: dict[str, Any]) -> bool:
        now = timezone.now()
        fits = partial(validate_totp_code, secret or decrypt(standing.data["secret"]))
        actions.show_app(user=user, code=digits(given["code"]), fits=fits, by=user, now=now)
        if standing is None:
            keep = partial(TOTP.activate, user, secret)
            actions.add_app(user=user, keep=keep, passed=passed, by=user, now=now)
        return True

    if request.method == "POST" and carry_out(form, act):
        request.session.pop("second_factor_secret", None)
        request.session[PASSED] = True
        messages.success(request, _("You are signed in with both factors."))
        return redirect(home_for(request))
    picture = _picture(user.ref, secret) if secret else ""
    return show(
        request,
        "web/account/second.html",
        form,
        secret=secret,
        picture=picture,
        has_passkey=has_passkey,
        holds_post=holds_post,
        is_free=passed or not (holds_post and settings.STAFF_SECOND_FACTOR),
    )
