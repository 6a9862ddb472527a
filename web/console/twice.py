"""The identity desk: what is compared with a card, and what two people claim at once."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import actions, queries
from accounts.models import ResidentProfile, User, Verification
from accounts.states import VerificationState
from kernel.references import spoken
from kernel.text import mask_name
from web.shared.forms import Form, TextField, carry_out, show
from web.shared.pages import me, one
from web.shared.templatetags.hub import listed

WHY = {
    VerificationState.MISMATCH: gettext_lazy("The source says that name and number do not fit"),
    VerificationState.NO_RECORD: gettext_lazy("The source does not know this number"),
    VerificationState.SOURCE_DOWN: gettext_lazy("The source could not be asked"),
}


def on_the_card(claim: Verification) -> list[tuple[str, Any]]:
    """Return what of a claim is compared with the card on the table."""
    card = queries.card_facts(claim)
    return [
        (_("Name"), claim.name),
        (_("Last four characters of the ID number"), card.tail),
        (_("Birthday"), card.birth_on),
        (_("Sex"), card.sex.label),
    ]


def claimed_twice(user: User, *, now: datetime) -> QuerySet[Verification]:
    """Return the claims on a number that somebody else holds, but none of the viewer's own."""
    found = queries.claimed_twice(user, now=now)
    return found.exclude(user=user).exclude(duplicate_of__user=user)


def two_residents(second: ResidentProfile) -> str:
    """Return the two who gave one certificate, covered."""
    first = queries.certificate_holder(second)
    return " / ".join(
        listed(mask_name(str(who.name)), spoken(who.number)) for who in (second, first) if who
    )


class TakeBackForm(Form):
    """Why the first one is false."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For the record of the desk, in a few words."),
        max_length=40,
    )


@login_required
def twice(request: HttpRequest, ref: str) -> HttpResponse:
    """Show both who claim a number; if the first one is false, take that verification back."""
    user, now = me(request), timezone.now()
    row = one(claimed_twice(user, now=now), ref)
    form = TakeBackForm(request.POST or None)

    def act(given: dict[str, Any]) -> Any:
        return actions.review_identity(
            verification=row.duplicate_of, accept=False, by=user, now=now, **given
        )

    if request.method == "POST" and carry_out(form, act):
        messages.success(request, _("Taken back. The other person can claim the number again."))
        return redirect("web:console-verify")
    claims = [
        (_("Verified first"), row.duplicate_of, on_the_card(row.duplicate_of)),
        (_("Claims the same number"), row, on_the_card(row)),
    ]
    return show(request, "web/console/twice.html", form, row=row, claims=claims)


@login_required
@require_POST
def settle(request: HttpRequest, ref: str) -> HttpResponse:
    """The one who was verified first showed the card: the pair leaves the list."""
    user, now = me(request), timezone.now()
    actions.settle_identity(verification=one(claimed_twice(user, now=now), ref), by=user, now=now)
    messages.success(request, _("Settled. The one who was verified first keeps the number."))
    return redirect("web:console-verify")
