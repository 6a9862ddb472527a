"""Rows of this room that break an invariant."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Sum

from incentives.models import PointAccount, PointEntry, Proof
from incentives.rules import canonical
from kernel import vault
from service_records.states import Evidence


def broken() -> Iterator[tuple[str, str]]:
    """Yield balances that are not the sum of their entries (I1, I7), and proofs that are not (I16)."""
    sums: dict[int, int] = defaultdict(int)
    for debit, credit, amount in PointEntry.objects.values_list("debit", "credit", "amount"):
        sums[debit] -= amount
        sums[credit] += amount
    total = 0
    for account in PointAccount.objects.iterator():
        total += account.balance
        if account.balance != sums[account.pk]:
            yield (
                "I1",
                f"incentives_pointaccount#{account.pk}: {account.balance}, {sums[account.pk]}",
            )
        if account.owner_id and account.balance < 0:
            yield "I7", f"incentives_pointaccount#{account.pk}: {account.balance}"
    if total:
        yield "I1", f"incentives_pointaccount: the ledger adds up to {total}"
    for proof in Proof.objects.iterator():
        lines = dict(
            proof.lines.values_list("record__evidence").annotate(sum=Sum("minutes")).order_by()
        )
        listed = (lines.get(Evidence.VERIFIED, 0), lines.get(Evidence.DECLARED, 0))
        if listed != (proof.verified_minutes, proof.declared_minutes):
            yield "I16", f"incentives_proof#{proof.pk}: its total is not that of its lines"
        forgotten = proof.revoked_at and not proof.content  # its person was erased
        if not forgotten and not vault.verify(canonical(proof.content), bytes(proof.signature)):
            yield "I16", f"incentives_proof#{proof.pk}: its signature is not ours"
