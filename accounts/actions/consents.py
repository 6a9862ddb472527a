"""What people allow, and whom they do not want to meet again."""

from datetime import datetime

from django.db import transaction

from accounts import events, queries, rules
from accounts.models import Block, Consent, ResidentProfile, User, VolunteerProfile
from accounts.states import BlockSide, Purpose
from kernel.events import record


def _check_decides(*, subject: User | ResidentProfile, by: User, now: datetime) -> None:
    """Only the person, or who may ask for the resident, decides about the person's data."""
    if isinstance(subject, User):
        decides = subject.pk == by.pk
    else:
        decides = queries.acting(by, subject, deed="ask", now=now) is not None
        decides = decides or subject.registered_by_id == by.pk  # at the counter, on the phone
    rules.check_decides(decides=decides)


@transaction.atomic
def give_consent(
    *,
    subject: User | ResidentProfile,
    purpose: Purpose,
    text_version: str,
    by: User,
    now: datetime,
) -> Consent:
    """Record that ``subject`` allows ``purpose``; given already, the standing decision is returned.

    Raises ``NotAllowed`` (``not_your_consent``).
    """
    _check_decides(subject=subject, by=by, now=now)
    # The subject's row is locked: asked twice at once, it is one decision. (A request's user is a lazy
    # stand-in, whose own type has no rows.)
    model = User if isinstance(subject, User) else ResidentProfile
    model.objects.select_for_update(no_key=True).only("pk").get(pk=subject.pk)
    standing = subject.consents.filter(purpose=purpose, withdrawn_at__isnull=True).first()
    if standing:
        return standing
    whose = {"user": subject} if isinstance(subject, User) else {"resident": subject}
    consent = Consent.objects.create(
        purpose=purpose, text_version=text_version, given_at=now, given_by=by, **whose
    )
    record(events.CONSENT_GIVEN, subject=consent, by=by, at=now, purpose=purpose)
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: User, now: datetime) -> Consent:
    """End a consent; it counts from now on, and the decision stays on record. Health notes, which are
    kept with theirs only, go with it (PIPL Art 47)."""
    subject = consent.user or consent.resident
    assert subject is not None
    _check_decides(subject=subject, by=by, now=now)
    if consent.withdrawn_at is None:
        consent.withdrawn_at, consent.withdrawn_by = now, by
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(events.CONSENT_WITHDRAWN, subject=consent, by=by, at=now, purpose=consent.purpose)
        if consent.resident and consent.purpose == Purpose.HEALTH:
            consent.resident.health_notes = None
            consent.resident.save(update_fields=["health_notes"])
    return consent


@transaction.atomic
def decide_consent(
    *,
    subject: User | ResidentProfile,
    purpose: Purpose,
    text_version: str | None,
    by: User,
    now: datetime,
) -> None:
    """Allow ``purpose``, or with no version of the text agreed to, withdraw what was allowed before.

    Raises as ``give_consent``.
    """
    if text_version:
        give_consent(subject=subject, purpose=purpose, text_version=text_version, by=by, now=now)
        return
    standing = queries.consents_of(subject).filter(purpose=purpose, withdrawn_at__isnull=True)
    for consent in standing:
        withdraw_consent(consent=consent, by=by, now=now)


@transaction.atomic
def add_block(
    *,
    resident: ResidentProfile,
    volunteer: VolunteerProfile,
    side: BlockSide,
    by: User,
    now: datetime,
) -> Block:
    """Never bring the two together again; the other side is not told. Asked again, nothing changes.

    Raises ``NotAllowed`` (``not_your_side``).
    """
    _check_side(resident=resident, volunteer=volunteer, side=side, by=by, now=now)
    block, made = Block.objects.get_or_create(
        resident=resident,
        volunteer=volunteer,
        side=side,
        lifted_at=None,
        defaults={"made_by": by, "made_at": now},
    )
    if made:
        record(events.BLOCK_MADE, subject=block, by=by, at=now, side=side)
    return block


@transaction.atomic
def lift_block(*, block: Block, by: User, now: datetime) -> Block:
    """Allow the two to meet again, from this side."""
    _check_side(
        resident=block.resident,
        volunteer=block.volunteer,
        side=BlockSide(block.side),
        by=by,
        now=now,
    )
    if block.lifted_at is None:
        block.lifted_at = now
        block.save(update_fields=["lifted_at"])
        record(events.BLOCK_LIFTED, subject=block, by=by, at=now)
    return block


def _check_side(
    *,
    resident: ResidentProfile,
    volunteer: VolunteerProfile,
    side: BlockSide,
    by: User,
    now: datetime,
) -> None:
    if side == BlockSide.VOLUNTEER:
        speaks = volunteer.user_id == by.pk
    else:
        speaks = queries.acting(by, resident, deed="ask", now=now) is not None
    rules.check_speaks(speaks=speaks)
