"""Time-driven work of this room."""

from django.db.models import Q
from django.utils import timezone

from accounts import actions
from accounts.gateways import realname
from accounts.models import Verification
from accounts.states import VerificationState


def ask_source(verification_id: int) -> None:
    """Ask the real-name source about one claim, outside any transaction, and write its answer."""
    claim = Verification.objects.select_related("key").get(pk=verification_id)
    answer = realname.source()(str(claim.name), str(claim.id_number), claim.ref, claim.attempts + 1)
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
    """Let what has run out expire."""
    actions.expire_papers(now=timezone.now())
