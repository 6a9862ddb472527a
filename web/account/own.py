"""My details, my tokens."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries
from accounts.roles import ROLES
from accounts.states import PASSED, VerificationState
from kernel.text import mask_email, mask_phone
from web.shared.forms import Form, TextField, carry_out, carry_out_once, show
from web.shared.navigation import roles_for
from web.shared.pages import me, one


class DetailsForm(Form):
    """What one can change oneself."""

    name = TextField(label=gettext_lazy("Name"), max_length=30, required=False)
    no_voice = forms.BooleanField(label=gettext_lazy("Write to me, do not call"), required=False)


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show and change one's own details."""
    user = me(request)
    initial = {"name": user.name or "", "no_voice": user.no_voice}
    form = DetailsForm(request.POST or None, initial=initial)
    verified = queries.latest_verification(user)
    if verified and verified.state == VerificationState.MATCH:
        form.fields["name"].disabled = True  # the name on the card is not changed here
        form.fields["name"].help_text = _("Verified. With a new card, go to your street.")

    def change(given: dict[str, Any]) -> Any:
        return actions.set_profile(user=user, by=user, now=timezone.now(), **given)

    if request.method == "POST" and carry_out(form, change):
        messages.success(request, _("Your details are saved."))
        return redirect("web:account")
    return show(
        request,
        "web/account/account.html",
        form,
        phone=mask_phone(str(user.phone)) if user.phone else "",
        email=mask_email(str(user.email)) if user.email else "",
        roles=[ROLES[role].name for role in sorted(roles_for(request))],
        verification=verified,
    )


SCOPES = {"read": gettext_lazy("Read"), "write": gettext_lazy("Act for me")}

MADE = "token_made"  # in the session, sealed: a secret that the next page shows, once


class TokenForm(Form):
    """A new access token."""

    name = TextField(label=gettext_lazy("What it is for"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        choices=list(SCOPES.items()),
    )
    days = forms.IntegerField(
        label=gettext_lazy("For how many days"), min_value=1, max_value=365, initial=90
    )


@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """Show the tokens of programs, and make one; its secret is shown this once."""
    user = me(request)
    form = TokenForm(request.POST or None)
    secrets: list[str] = []

    def act(given: dict[str, Any]) -> dict[str, str]:
        passed = bool(request.session.get(PASSED))
        token, secret = actions.make_token(
            user=user, passed=passed, by=user, now=timezone.now(), **given
        )
        secrets.append(secret)
        return {"ref": token.ref}

    if request.method == "POST" and carry_out_once(request, form, act):
        if secrets:
            request.session[MADE] = secrets[0]
        return redirect("web:tokens")
    secret = ""
    if request.method == "GET" and MADE in request.session:
        secret = request.session.pop(MADE)
    return show(
        request,
        "web/account/tokens.html",
        form,
        tokens=[
            (token, [SCOPES[scope] for scope in token.scopes])
            for token in queries.tokens_of(user).filter(revoked_at__isnull=True)
        ],
        secret=secret,
    )


@login_required
@require_POST
def revoke(request: HttpRequest, ref: str) -> HttpResponse:
    """End a token."""
    token = one(queries.tokens_of(me(request)), ref)
    actions.revoke_token(token=token, by=me(request), now=timezone.now())
    messages.success(request, _("The token is ended."))
    return redirect("web:tokens")


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out on every device, this one too, and end every token."""
    user = me(request)
    actions.end_sessions(user=user, by=user, now=timezone.now())
    return redirect("web:enter")
