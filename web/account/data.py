"""My rights over my data: what I allowed, and who looked."""

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries
from accounts.roles import Permission
from accounts.states import CONSENT_TEXTS, TEXT_VERSION, Purpose
from web.shared.covered import LABELS
from web.shared.forms import Form, carry_out, show
from web.shared.pages import me, one
from web.shared.posts import posts_in_words
from web.shared.templatetags.hub import COLON


class ConsentForm(Form):
    """One purpose to allow."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("I allow"),
        widget=forms.RadioSelect,
    )


@login_required
def data(request: HttpRequest) -> HttpResponse:
    """Show consents one by one, and who looked at what and why; allow one more."""
    user, now = me(request), timezone.now()
    resident = queries.my_residents(user, now=now).filter(user=user).first()
    subject = resident or user
    form = ConsentForm(request.POST or None)
    standing = queries.consents_of(subject).filter(withdrawn_at__isnull=True)
    given_already = set(standing.values_list("purpose", flat=True))
    left = [
        (purpose.value, f"{purpose.label}{COLON}{CONSENT_TEXTS[purpose].allows}")
        for purpose in Purpose
        if purpose not in given_already
    ]
    form.fields["purpose"].choices = left  # type: ignore[attr-defined]
    if request.method == "POST" and carry_out(
        form,
        lambda given: actions.give_consent(
            subject=subject, text_version=TEXT_VERSION, by=user, now=now, **given
        ),
    ):
        messages.success(request, _("Your decision is recorded."))
        return redirect("web:data")
    decisions = [*queries.consents_of(user), *(queries.consents_of(resident) if resident else [])]
    looks = list(queries.reveals_of(resident)[:50]) if resident else []
    who = posts_in_words({look.by_id for look in looks}, Permission.REVEAL)
    reveals = [(look, LABELS[look.field], who(look.by_id, look.at)) for look in looks]
    consents = [(row, CONSENT_TEXTS[Purpose(row.purpose)]) for row in decisions]
    return show(
        request, "web/account/data.html", form, consents=consents, reveals=reveals, left=left
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Withdraw one consent; it counts from now on."""
    user, now = me(request), timezone.now()
    mine = queries.consents_of(user)
    resident = queries.my_residents(user, now=now).filter(user=user).first()
    if resident:
        mine = mine | queries.consents_of(resident)
    actions.withdraw_consent(consent=one(mine, ref), by=user, now=now)
    messages.success(request, _("Withdrawn. It counts from now on."))
    return redirect("web:data")


class EraseForm(Form):
    """A deed that cannot be undone is confirmed in so many words."""

    sure = forms.BooleanField(
        label=gettext_lazy("I want to be forgotten; I know that this cannot be undone")
    )


@login_required
def erase(request: HttpRequest) -> HttpResponse:
    """Be forgotten: the key to everything personal is destroyed, and the account ends."""
    user = me(request)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and carry_out(
        form, lambda _given: actions.erase_person(user=user, by=user, now=timezone.now())
    ):
        logout(request)
        messages.success(request, _("You are forgotten here. Take care."))
        return redirect("web:home")
    return show(request, "web/account/erase.html", form)
