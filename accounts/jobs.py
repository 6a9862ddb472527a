"""Time-driven work of this room."""

from contextlib import suppress

from django.db.models import Q
from django.utils import timezone

from accounts import actions
from accounts.gateways import realname
from accounts.models import Verification
from accounts.states import VerificationState
from kernel.refusals import Conflict


def ask_source(verification_id: int) -> None:
    """Ask the real-name source about one claim, outside any transaction, and write its answer.

    What was answered meanwhile, by staff or by another worker, is left as it is.
    """
    claim = Verification.objects.select_related("key").get(pk=verification_id)
    answer = realname.source()(str(claim.name), str(claim.id_number), claim.ref, claim.attempts + 1)
    with suppress(Conflict):
        actions.answer_identity(verification=claim, answer=answer, now=timezone.now())


def ask_due() -> None:
    """Ask about every claim that is due: new ones, and those whose source was down."""
    due = Verification.objects.filter(
        Q(state=VerificationState.WAITING) | Q(state=VerificationState.SOURCE_DOWN),
        next_attempt_at__lte=timezone.now(),
    )
    for pk in due.order_by("next_attempt_at").values_list("pk", flat=True)[:100]:
        ask_source(pk)


def expire() -> None:
    """Let what has run out expire, note who came of age, and drop counts of yesterday."""
    now = timezone.now()
    actions.expire_papers(now=now)
    actions.come_of_age(now=now)
    actions.forget_tries(now=now)
