"""What service earns: the only writer of points, stars and proofs."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User, VolunteerProfile
from incentives import documents, events, queries, rules
from incentives.models import PointAccount, PointEntry, Proof, ProofLine, StarLevel
from incentives.states import AccountKind, EntryKind, RevokeReason
from kernel import vault
from kernel.events import record as leave_event
from kernel.references import new_number
from kernel.refusals import Conflict
from kernel.workdays import local_date
from service_records.models import ServiceRecord
from service_records.states import Evidence, RecordState


def _account(user: User) -> PointAccount:
    account, _made = PointAccount.objects.get_or_create(kind=AccountKind.PERSON, owner=user)
    return account


def _ours(kind: AccountKind) -> PointAccount:
    account, _made = PointAccount.objects.get_or_create(kind=kind, owner=None)
    return account


def _post(
    *,
    debit: PointAccount,
    credit: PointAccount,
    amount: int,
    kind: EntryKind,
    once: str,
    by: User | None,
    now: datetime,
    record: ServiceRecord | None = None,
) -> PointEntry | None:
    """Move points once: a second call with the same key returns None and moves nothing."""
    try:
        with transaction.atomic():
            return PointEntry.objects.create(
                debit=debit,
                credit=credit,
                amount=amount,
                kind=kind,
                record=record,
                once=once,
                by=by,
                at=now,
            )
    except IntegrityError:
        if PointEntry.objects.filter(once=once).exists():
            return None
        raise


@transaction.atomic
def settle_record(*, record: ServiceRecord, now: datetime) -> None:
    """Award the points of an approved record; of one that corrects another, take the old ones back first.

    What was redeemed meanwhile is forgiven: nobody's balance falls below zero, the platform's account
    bears the difference. Asked again, nothing happens twice.
    """
    if record.state != RecordState.APPROVED:
        return
    if record.corrects:
        _reverse(record.corrects, now=now)
    points = rules.points_for(record.minutes) if record.evidence == Evidence.VERIFIED else 0
    corrected = ServiceRecord.objects.filter(corrects=record).exists()
    if points and not corrected:
        entry = _post(
            debit=_ours(AccountKind.ISSUED),
            credit=_account(record.volunteer),
            amount=points,
            kind=EntryKind.AWARD,
            once=f"award-{record.ref}",
            record=record,
            by=None,
            now=now,
        )
        if entry:
            leave_event(events.POINTS_AWARDED, subject=entry, by=None, at=now, amount=points)
    update_stars(volunteer=record.volunteer, now=now)


def _reverse(record: ServiceRecord, *, now: datetime) -> None:
    award = PointEntry.objects.filter(record=record, kind=EntryKind.AWARD).first()
    if award is None:
        return
    account = PointAccount.objects.select_for_update().get(pk=award.credit_id)
    amount = min(award.amount, account.balance)
    if amount <= 0:
        return
    entry = _post(
        debit=account,
        credit=award.debit,
        amount=amount,
        kind=EntryKind.REVERSAL,
        once=f"reversal-{record.ref}",
        record=record,
        by=None,
        now=now,
    )
    if entry:
        leave_event(events.POINTS_REVERSED, subject=entry, by=None, at=now, amount=amount)


@transaction.atomic
def redeem(*, user: User, points: int, once: str, by: User, now: datetime) -> PointEntry:
    """Spend points, once for each key. Points are never money (DOMAIN §2).

    Raises ``NotAllowed`` (``not_yours``), ``Invalid`` (``bad_points``), ``Conflict``
    (``too_few_points``, ``key_reused``).
    """
    rules.check_own(own=user.pk == by.pk)
    key = f"redeem-{user.ref}-{once}"[:64]
    account = PointAccount.objects.select_for_update().get(pk=_account(user).pk)
    standing = PointEntry.objects.filter(once=key).first()
    if standing:
        if standing.amount != points:
            raise Conflict("key_reused", _("This key was already used for something else."))
        return standing
    rules.check_redeems(points=points, balance=account.balance)
    entry = _post(
        debit=account,
        credit=_ours(AccountKind.REDEEMED),
        amount=points,
        kind=EntryKind.REDEMPTION,
        once=key,
        by=by,
        now=now,
    )
    assert entry is not None
    leave_event(events.POINTS_REDEEMED, subject=entry, by=by, at=now, amount=points)
    return entry


@transaction.atomic
def update_stars(*, volunteer: User, now: datetime) -> int:
    """Make the star rows what the verified minutes say; returns the stars."""
    stars = queries.stars_of(volunteer)
    standing = {row.stars: row for row in queries.star_days(volunteer)}
    for level in range(1, stars + 1):
        if level not in standing:
            row = StarLevel.objects.create(volunteer=volunteer, stars=level, reached_at=now)
            leave_event(events.STARS_REACHED, subject=row, by=None, at=now, stars=level)
    for level, row in standing.items():
        if level > stars:
            row.lost_at = now
            row.save(update_fields=["lost_at"])
            leave_event(events.STARS_LOST, subject=row, by=None, at=now, stars=level)
    return stars


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.2f}"


def _content(
    *,
    number: str,
    profile: VolunteerProfile,
    records: list[ServiceRecord],
    starts_on: date,
    ends_on: date,
    today: date,
) -> dict[str, Any]:
    """Return what is printed and signed; plain text in the language that is active."""

    def of(kind: Evidence) -> int:
        return sum(row.minutes for row in records if row.evidence == kind)

    return {
        "number": number,
        "name": profile.name,
        "volunteer_number": profile.number,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
        "issued_on": today.isoformat(),
        "verified_hours": _hours(of(Evidence.VERIFIED)),
        "declared_hours": _hours(of(Evidence.DECLARED)),
        "lines": [
            {
                "day": row.service_on.isoformat(),
                "kind": str(row.get_category_display()),
                "body": row.organization.name if row.organization else row.region.name,
                "hours": _hours(row.minutes),
                "record": row.number,
            }
            for row in records
        ],
    }


@transaction.atomic
def issue_proof(
    *,
    volunteer: VolunteerProfile,
    starts_on: date,
    ends_on: date,
    language: str,
    by: User,
    now: datetime,
) -> Proof:
    """Sign a proof of every approved record of these days, as it stands now. Free, by the person alone
    (民政部令67号 Art 14, 15).

    Raises ``NotAllowed`` (``not_yours``), ``Invalid`` (``ends_first``, ``in_the_future``,
    ``nothing_to_prove``).
    """
    rules.check_own(own=volunteer.user_id == by.pk)
    today = local_date(now)
    rules.check_period(starts_on, ends_on, today=today)
    records = list(queries.records_between(volunteer.user, starts_on, ends_on))
    rules.check_has_records(len(records))
    number = new_number(Proof, "C")
    with translation.override(language):
        content = _content(
            number=number,
            profile=volunteer,
            records=records,
            starts_on=starts_on,
            ends_on=ends_on,
            today=today,
        )
    proof = Proof.objects.create(
        number=number,
        volunteer=volunteer.user,
        name=volunteer.name,
        volunteer_number=volunteer.number,
        starts_on=starts_on,
        ends_on=ends_on,
        verified_minutes=sum(r.minutes for r in records if r.evidence == Evidence.VERIFIED),
        declared_minutes=sum(r.minutes for r in records if r.evidence == Evidence.DECLARED),
        issued_at=now,
        language=language,
        content=content,
        signature=vault.sign(rules.canonical(content)),
    )
    ProofLine.objects.bulk_create(
        ProofLine(proof=proof, record=row, minutes=row.minutes) for row in records
    )
    leave_event(events.PROOF_ISSUED, subject=proof, by=by, at=now)
    return proof


@transaction.atomic
def revoke_proof(*, proof: Proof, reason: str, by: User, now: datetime) -> Proof:
    """Have a proof stand no longer; its page says so to everyone, and its owner is told.

    Raises ``NotAllowed`` (``not_your_area``), ``Invalid`` (``reason_missing``), ``Conflict``
    (``already_revoked``).
    """
    proof = Proof.objects.select_for_update(no_key=True, of=("self",)).get(pk=proof.pk)
    may = queries.revocable_for(by, now=now).filter(pk=proof.pk).exists()
    rules.check_revokes(may=may, reason=reason, standing=proof.revoked_at is None)
    _revoke(proof, reason, by=by, now=now)
    return proof


def _revoke(proof: Proof, reason: str, *, by: User | None, now: datetime) -> None:
    proof.revoked_at = now
    proof.save()
    leave_event(events.PROOF_REVOKED, subject=proof, by=by, at=now, reason=reason)


@transaction.atomic
def forget_person(*, user: User, now: datetime) -> None:
    """Let no proof lead back to who was erased: its names are emptied, so it verifies no more.

    The records it lists, their minutes and the points stay (GUARDS I17).
    """
    for proof in Proof.objects.filter(volunteer=user).exclude(content={}):
        proof.name, proof.volunteer_number, proof.content = "—", "", {}
        _revoke(proof, RevokeReason.ERASED, by=None, now=now)


def proof_pdf(proof: Proof) -> bytes:
    """Return the paper of a proof, in its own language; made anew each time from what was signed."""
    address = f"{settings.HUB_ORIGIN}/verify/{proof.ref}/"
    with translation.override(proof.language):
        return documents.proof_pdf(proof.content, words=_words(proof), address=address)


def _words(proof: Proof) -> dict[str, str]:
    english = proof.language.startswith("en")
    return {
        "lang": "en" if english else "zh",
        "region": "gb" if english else "cn",
        "title": _("Service record proof"),
        "issuer": _("Volunteer Hub: volunteers help people with a disability"),
        "sentence": _(
            "%(name)s (volunteer number %(number)s) gave the following volunteer service"
            " between %(start)s and %(end)s."
        )
        % {
            "name": proof.name,
            "number": proof.volunteer_number,
            "start": proof.starts_on.isoformat(),
            "end": proof.ends_on.isoformat(),
        },
        "totals": _("Time given"),
        "verified": _("verified hours"),
        "declared": _("declared hours"),
        "hours": _("hours"),
        "services": _("Services"),
        "day": _("date"),
        "kind": _("kind"),
        "body": _("recorded by"),
        "number": _("Proof number"),
        "issued": _("Issued on"),
        "qr": _("QR code: the page that verifies this proof"),
        "check": _("Scan the code or open this page to verify the proof:"),
        "footer": _("Verified and declared hours are counted apart. This proof is free of charge."),
    }
