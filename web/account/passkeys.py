"""Passkeys: the shortest way in, a second factor, and the list of one's own.

``static/js/passkeys.js`` asks a ``…-ask`` address what to have signed, and sends the answer as a form.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries, rules
from accounts.actions.access import TRIES_PER_IP, count
from accounts.states import PASSED
from kernel.sessions import ref_of
from web.account.enter import let_in
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.navigation import home_for
from web.shared.pages import address_of, me, one

ASKED = "passkey_asked"


class AnswerForm(Form):
    """What the key answered: JSON of WebAuthn, filled in by the script."""

    answer = forms.CharField(
        widget=forms.HiddenInput, max_length=rules.LONGEST_ANSWER, required=False
    )


class NewPasskeyForm(AnswerForm):
    """A new key, and what to call it."""

    name = TextField(
        label=gettext_lazy("Name of the passkey"),
        help_text=gettext_lazy("So that you know it again: my phone, the computer at work."),
        max_length=40,
    )


def _ask(request: HttpRequest, asking: tuple[rules.Options, rules.Asked]) -> HttpResponse:
    """Answer the script with what to have signed; the session remembers it until then."""
    options, request.session[ASKED] = asking
    return JsonResponse(dict(options), headers={"Cache-Control": "private, no-store"})


def _given(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with what it answers, which is forgotten here: it is asked once."""
    asked = request.session.pop(ASKED, None)
    return {**given, "asked": asked, "host": request.get_host(), "now": timezone.now()}


@require_POST
def enter_ask(request: HttpRequest) -> HttpResponse:
    """Ask for any passkey: who comes is not known yet. Raises ``Conflict`` (``too_often``)."""
    now = timezone.now()
    count(kind="passkey-ask", what=address_of(request), most=TRIES_PER_IP, now=now)
    return _ask(request, queries.passkey_options(None, host=request.get_host(), now=now))


def enter(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone, which shows both factors."""
    form, now = AnswerForm(request.POST or None), timezone.now()
    user = None
    if request.method == "POST":
        user = carry_out(
            form,
            lambda given: actions.enter_with_passkey(
                **{**_given(request, given), "now": now}, ip=address_of(request)
            ),
        )
    if user:
        return let_in(request, user, now=now, passed=True)
    return show(
        request,
        "web/account/enter_passkey.html",
        form,
        works=rules.takes_passkeys(request.get_host()),
    )


@login_required
@require_POST
def second_ask(request: HttpRequest) -> HttpResponse:
    """Ask for a passkey of who is signed in."""
    return _ask(
        request, queries.passkey_options(me(request), host=request.get_host(), now=timezone.now())
    )


@login_required
def second(request: HttpRequest) -> HttpResponse:
    """Show a passkey as the second factor."""
    user = me(request)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form,
        lambda given: actions.show_passkey(user=user, by=user, **_given(request, given)),
    ):
        request.session[PASSED] = True
        messages.success(request, _("You are signed in with both factors."))
        return redirect(home_for(request))
    return show(
        request,
        "web/account/second_passkey.html",
        form,
        works=rules.takes_passkeys(request.get_host()),
        has_app=queries.has_app(user),
    )


@login_required
@require_POST
def new_ask(request: HttpRequest) -> HttpResponse:
    """Ask for a new passkey."""
    asking = queries.new_passkey_options(me(request), host=request.get_host(), now=timezone.now())
    return _ask(request, asking)


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Make a passkey; the first second factor that somebody sets up is passed with it."""
    user = me(request)
    form = NewPasskeyForm(request.POST or None)
    passed = bool(request.session.get(PASSED))
    if request.method == "POST" and carry_out(
        form,
        lambda given: actions.add_passkey(
            user=user, by=user, passed=passed, **_given(request, given)
        ),
    ):
        request.session[PASSED] = True
        messages.success(request, _("The passkey is kept. You can sign in with it from now on."))
        return redirect("web:passkeys")
    return show(
        request,
        "web/account/new_passkey.html",
        form,
        works=rules.takes_passkeys(request.get_host()),
        shows_first=not passed and queries.has_second_factor(user),
    )


def _standing(request: HttpRequest) -> dict[str, Any]:
    """Return whether this session has shown a second factor, and which it is."""
    here = ref_of(request.session.session_key)
    return {"passed": bool(request.session.get(PASSED)), "but": here}


@login_required
def passkeys(request: HttpRequest) -> HttpResponse:
    """List one's passkeys, and say whether an authenticator app stands."""
    user = me(request)
    context = {"passkeys": queries.passkeys_of(user), "has_app": queries.has_app(user)}
    return render(request, "web/account/passkeys.html", context)


@login_required
@require_POST
def remove(request: HttpRequest, ref: str) -> HttpResponse:
    """Forget a passkey."""
    passkey = one(queries.passkeys_of(me(request)), ref)
    actions.remove_passkey(
        passkey=passkey, by=me(request), now=timezone.now(), **_standing(request)
    )
    messages.success(
        request, _("The passkey opens nothing here any more. Delete it on your device too.")
    )
    return redirect("web:passkeys")


@login_required
@require_POST
def remove_app(request: HttpRequest) -> HttpResponse:
    """Forget the authenticator app."""
    user = me(request)
    actions.remove_app(user=user, by=user, now=timezone.now(), **_standing(request))
    messages.success(request, _("The codes of the app are not asked for any more."))
    return redirect("web:passkeys")
