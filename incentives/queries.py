"""Reading points, stars and proofs."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.queries import may_in_city
from accounts.roles import Permission
from incentives import rules
from incentives.models import PointAccount, PointEntry, Proof, StarLevel
from kernel import vault
from kernel.references import clean_number
from service_records.models import ServiceRecord
from service_records.queries import Totals, counted, totals


def balance(user: User) -> int:
    """Return the points of ``user``."""
    account = PointAccount.objects.filter(owner=user).first()
    return account.balance if account else 0


def entries_for(user: User) -> QuerySet[PointEntry]:
    """Return every movement of the user's points, newest first."""
    return (
        PointEntry.objects.filter(Q(debit__owner=user) | Q(credit__owner=user))
        .select_related("debit", "credit", "record")
        .order_by("-pk")
    )


def stars_of(user: User) -> int:
    """Return the stars that the user's verified minutes make."""
    return rules.stars_for(totals(user).verified)


def star_days(user: User) -> QuerySet[StarLevel]:
    """Return when each standing star was reached."""
    return StarLevel.objects.filter(volunteer=user, lost_at__isnull=True).order_by("stars")


def proofs_for(viewer: User | None, *, now: datetime) -> QuerySet[Proof]:  # noqa: ARG001
    """Return the viewer's own proofs, newest first."""
    return Proof.objects.filter(volunteer=viewer).order_by("-pk")


def revocable_for(viewer: User | None, *, now: datetime) -> QuerySet[Proof]:
    """Return the proofs that the viewer may revoke: all, for a reviewer of the whole city."""
    may = may_in_city(viewer, Permission.REVIEW_HOURS, now=now)
    return Proof.objects.order_by("-pk") if may else Proof.objects.none()


def records_between(user: User, starts_on: date, ends_on: date) -> QuerySet[ServiceRecord]:
    """Return the records that a proof of this time lists."""
    return (
        counted(user)
        .filter(service_on__range=(starts_on, ends_on))
        .select_related("organization", "region")
        .order_by("service_on", "pk")
    )


def is_superseded(proof: Proof) -> bool:
    """Say whether one of the records it lists was corrected since."""
    return proof.lines.filter(record__correction__isnull=False).exists()


def bodies_of(proof: Proof) -> list[str]:
    """Return who recorded the services that a proof lists, as printed on it, each once."""
    return list(dict.fromkeys(line["body"] for line in proof.content.get("lines", [])))


class Standing(NamedTuple):
    """What a proof is worth today: "valid", "superseded", "revoked" or "not_found"."""

    kind: str
    proof: Proof | None


# What a number that is nobody's is compared with: the same work, whatever was asked.
_NOTHING = bytes(64)


def standing(number: str) -> Standing:
    """Return the standing of the proof with this public reference or short number."""
    number = "".join(char for char in number if char.isprintable()).strip()
    proof = Proof.objects.filter(Q(ref=number) | Q(number=clean_number(number))).first()
    content, signature = (
        (proof.content, bytes(proof.signature)) if proof else ({"number": number}, _NOTHING)
    )
    is_ours = vault.verify(rules.canonical(content), signature)
    lines = Proof.objects.filter(
        pk=proof.pk if proof else 0, lines__record__correction__isnull=False
    )
    superseded = lines.exists()
    if proof is None or not is_ours:
        return Standing("not_found", None)
    if proof.revoked_at:
        return Standing("revoked", proof)
    return Standing("superseded" if superseded else "valid", proof)


def hours_of(user: User) -> Totals:
    """Return the user's minutes that count, verified and declared apart."""
    return totals(user)
