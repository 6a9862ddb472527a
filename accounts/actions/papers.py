"""Identity and credentials: claimed by the person, answered by a source or by staff."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import events, queries, rules
from accounts.gateways.realname import Answer
from accounts.models import Credential, ProxyGrant, User, Verification, VolunteerProfile
from accounts.roles import Permission
from accounts.states import CredentialKind, PaperState, Purpose, VerificationState
from kernel import vault
from kernel.events import record
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import normalise
from kernel.transitions import move
from kernel.workdays import local_date
from regions.models import Region

MOST_ATTEMPTS = 8
# What a second claim on a number gets: the words of any paper problem, and nothing that tells.
PAPERS = "papers"


@transaction.atomic
def claim_identity(
    *, user: User, name: str, id_number: str, by: User | None, now: datetime
) -> Verification:
    """Write down a claim; the source is asked later. The same work whether the number is known or not.

    Raises ``Invalid`` (``bad_name``, ``bad_id_number``, ``no_consent``) or ``Conflict``
    (``already_verified``, ``claim_running``), which speak of the person's own claims only.
    """
    clean_name = rules.check_name(name)
    number = rules.check_id_number(id_number, today=local_date(now)).number
    if not queries.has_consent(user, Purpose.REAL_NAME):
        raise Invalid("no_consent", _("Allow the check of your name first."), field="consent")
    standing = queries.latest_verification(user)
    if standing and standing.state == VerificationState.MATCH:
        raise Conflict("already_verified", _("Your name is verified already."))
    if standing and standing.state in {VerificationState.WAITING, VerificationState.SOURCE_DOWN}:
        raise Conflict("claim_running", _("Your name is being checked. Please wait."))
    claim = Verification.objects.create(
        key=user.key,
        user=user,
        name=clean_name,
        id_number=number,
        id_index=vault.blind("id-number", number),
        asked_at=now,
        next_attempt_at=now,
    )
    record(events.IDENTITY_CLAIMED, subject=claim, by=by, at=now)
    return claim


def _match(claim: Verification, *, by: User | None, now: datetime, **changes: object) -> None:
    """Bring the claim to MATCH, or to REJECTED if another person holds the number (HOUSE §2)."""
    holder = (
        Verification.objects.filter(id_index=claim.id_index, state=VerificationState.MATCH)
        .exclude(pk=claim.pk)
        .first()
    )
    outcome = VerificationState.REJECTED if holder else VerificationState.MATCH
    if holder:
        changes |= {"reason": PAPERS, "duplicate_of": holder}
    try:
        with transaction.atomic():
            move(claim, outcome, event=events.IDENTITY_ANSWERED, by=by, at=now, **changes)
    except IntegrityError:  # a rival with the same number was faster by a moment
        claim.refresh_from_db()
        move(
            claim,
            VerificationState.REJECTED,
            event=events.IDENTITY_ANSWERED,
            by=by,
            at=now,
            **{**changes, "reason": PAPERS},
        )
    if claim.state == VerificationState.MATCH:
        _write_identity(claim, now=now)


def _write_identity(claim: Verification, *, now: datetime) -> None:
    """Keep what the verified number says: name, sex, birth date (sealed), its band, of age or not."""
    number = rules.check_id_number(claim.id_number, today=local_date(now))
    user = claim.user
    user.name = claim.name
    user.save(update_fields=["name"])
    profile = VolunteerProfile.objects.filter(user=user).select_related("key").first()
    if profile is None:
        return
    profile.name, profile.sex = claim.name, number.sex
    profile.birth_on = number.birth_on.isoformat()
    profile.birth_band = number.birth_on.year // 5 * 5
    profile.is_adult = rules.age_on(local_date(now), number.birth_on) >= rules.ADULT
    profile.is_verified = True
    profile.save()
    record(events.VOLUNTEER_CHANGED, subject=profile, by=None, at=now, what="identity")


@transaction.atomic
def answer_identity(*, verification: Verification, answer: Answer, now: datetime) -> Verification:
    """Write the source's answer; SOURCE_DOWN is asked again later, longer apart each time.

    Raises ``Conflict`` (``state_changed``) when it was answered meanwhile.
    """
    claim = (
        Verification.objects.select_for_update(of=("self",))
        .select_related("user__key", "key")
        .get(pk=verification.pk)
    )
    attempts = claim.attempts + 1
    known = {
        "provider": answer.provider,
        "raw_code": answer.raw_code,
        "level": answer.level,
        "attempts": attempts,
        "answered_at": now,
        "next_attempt_at": None,
    }
    outcome = VerificationState(answer.outcome)
    if claim.state == VerificationState.SOURCE_DOWN:
        move(claim, VerificationState.WAITING, event=events.IDENTITY_CLAIMED, by=None, at=now)
    if outcome == VerificationState.MATCH:
        _match(claim, by=None, now=now, **known)
        return claim
    if outcome == VerificationState.SOURCE_DOWN and attempts < MOST_ATTEMPTS:
        known["next_attempt_at"] = now + timedelta(minutes=2**attempts)
    if outcome == VerificationState.REJECTED:
        known["reason"] = PAPERS
    move(claim, outcome, event=events.IDENTITY_ANSWERED, by=None, at=now, **known)
    return claim


def _check_verifies(*, by: User, region: Region | None, now: datetime) -> None:
    if region is None or not queries.may(
        by,
        Permission.VERIFY_PEOPLE,
        region=region,
        now=now,
    ):
        raise NotAllowed("not_your_street", _("This is for the person's own street to decide."))


@transaction.atomic
def review_identity(
    *, verification: Verification, accept: bool, reason: str, by: User, now: datetime
) -> Verification:
    """Decide at the street, with the papers on the table, what the source could not.

    Raises ``NotAllowed`` (``not_your_street``, ``your_own``) or ``Conflict`` (``illegal_move``).
    """
    claim = Verification.objects.select_related("user__key", "key").get(pk=verification.pk)
    if claim.user_id == by.pk:
        raise NotAllowed("your_own", _("Somebody else has to check your papers."))
    profile = VolunteerProfile.objects.filter(user=claim.user).select_related("region").first()
    _check_verifies(by=by, region=profile.region if profile else None, now=now)
    changes = {"reviewed_by": by, "answered_at": now, "next_attempt_at": None, "level": "papers"}
    if accept:
        _match(claim, by=by, now=now, **changes)
    else:
        move(
            claim,
            VerificationState.REJECTED,
            event=events.IDENTITY_ANSWERED,
            by=by,
            at=now,
            **{**changes, "reason": reason or PAPERS},
        )
    return claim


@transaction.atomic
def submit_credential(
    *,
    volunteer: VolunteerProfile,
    kind: CredentialKind,
    number: str,
    issuer: str,
    issued_on: date,
    valid_until: date | None,
    by: User | None,
    now: datetime,
) -> Credential:
    """Hand in a paper to be checked. Raises ``Invalid`` (``bad_number``, ``bad_dates``) or ``Conflict``
    (``already_valid``)."""
    clean = normalise(number, field="number")
    if not 3 <= len(clean) <= 40:
        raise Invalid("bad_number", _("Write the number of the paper."), field="number")
    today = local_date(now)
    if issued_on > today or (valid_until and valid_until < today):
        raise Invalid("bad_dates", _("This paper is not valid today."), field="valid_until")
    if volunteer.credentials.filter(kind=kind, state=PaperState.VALID).exists():
        raise Conflict("already_valid", _("A valid paper of this kind is there already."))
    credential = Credential.objects.create(
        key=volunteer.key,
        volunteer=volunteer,
        kind=kind,
        number=clean,
        issuer=normalise(issuer, field="issuer"),
        issued_on=issued_on,
        valid_until=valid_until,
        submitted_at=now,
    )
    record(events.CREDENTIAL_SUBMITTED, subject=credential, by=by, at=now, kind=kind)
    return credential


@transaction.atomic
def decide_credential(
    *, credential: Credential, accept: bool, reason: str, by: User, now: datetime
) -> Credential:
    """Say whether a paper is genuine; a refusal needs a reason.

    Raises ``NotAllowed`` (``not_your_street``, ``your_own``), ``Invalid`` (``reason_missing``),
    ``Conflict`` (``illegal_move``, ``already_valid``).
    """
    if credential.volunteer.user_id == by.pk:
        raise NotAllowed("your_own", _("Somebody else has to check your papers."))
    _check_verifies(by=by, region=credential.volunteer.region, now=now)
    words = normalise(reason, field="reason")
    if not accept and not words:
        raise Invalid("reason_missing", _("Say why."), field="reason")
    if (
        accept
        and credential.volunteer.credentials.filter(
            kind=credential.kind, state=PaperState.VALID
        ).exists()
    ):
        raise Conflict("already_valid", _("A valid paper of this kind is there already."))
    move(
        credential,
        PaperState.VALID if accept else PaperState.REFUSED,
        event=events.CREDENTIAL_DECIDED,
        by=by,
        at=now,
        checked_by=by,
        checked_at=now,
        reason=words,
    )
    return credential


@transaction.atomic
def withdraw_credential(*, credential: Credential, by: User, now: datetime) -> Credential:
    """Take a paper back. Raises ``NotAllowed`` (``not_yours``) or ``Conflict`` (``illegal_move``)."""
    if credential.volunteer.user_id != by.pk:
        raise NotAllowed("not_yours", _("This is somebody else's."))
    move(credential, PaperState.WITHDRAWN, event=events.CREDENTIAL_WITHDRAWN, by=by, at=now)
    return credential


def expire_papers(*, now: datetime) -> int:
    """Let papers and grants whose last day is over expire; returns how many."""
    today = local_date(now)
    old = [
        *(
            (c, events.CREDENTIAL_EXPIRED)
            for c in Credential.objects.filter(state=PaperState.VALID, valid_until__lt=today)
        ),
        *(
            (g, events.GRANT_EXPIRED)
            for g in ProxyGrant.objects.filter(state=PaperState.VALID, valid_until__lt=today)
        ),
    ]
    for paper, event in old:
        move(paper, PaperState.EXPIRED, event=event, by=None, at=now)
    return len(old)
