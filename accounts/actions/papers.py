"""Identity and credentials: claimed by the person, answered by a source or by staff."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import events, queries, rules
from accounts.actions.volunteers import write_identity
from accounts.gateways import files
from accounts.gateways.realname import Answer
from accounts.models import Credential, ProxyGrant, User, Verification, VolunteerProfile
from accounts.roles import Permission
from accounts.states import CredentialKind, PaperState, Purpose, VerificationState
from kernel import tasks, vault
from kernel.events import record
from kernel.refusals import Conflict, Invalid
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

    Raises ``Invalid`` (``bad_name``, ``bad_id_number``, ``no_consent``), ``NotAllowed``
    (``not_yours``) or ``Conflict`` (``already_verified``, ``claim_running``), which speak of the
    person's own claims only.
    """
    rules.check_own(user=user, by=by)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one claim at a time
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
    tasks.run_on_commit("accounts.jobs.ask_source", claim.pk)
    return claim


def _match(claim: Verification, *, by: User | None, now: datetime, **changes: Any) -> None:
    """Bring the claim to MATCH, or to REJECTED if another person holds the number (HOUSE §2).

    The database's unique index decides, so that rivals at the same moment get one answer as well.
    """
    try:
        with transaction.atomic():
            move(
                claim,
                VerificationState.MATCH,
                event=events.IDENTITY_ANSWERED,
                by=by,
                at=now,
                **changes,
            )
    except IntegrityError:
        holder = Verification.objects.get(id_index=claim.id_index, state=VerificationState.MATCH)
        move(
            claim,
            VerificationState.REJECTED,
            event=events.IDENTITY_ANSWERED,
            by=by,
            at=now,
            **{**changes, "reason": PAPERS, "duplicate_of": holder},
        )
        return
    _write_identity(claim, now=now)


def _write_identity(claim: Verification, *, now: datetime) -> None:
    """The verified name becomes the person's, and what the number says the volunteer's."""
    user = claim.user
    user.name = claim.name
    user.save(update_fields=["name"])
    profile = VolunteerProfile.objects.filter(user=user).select_related("key").first()
    if profile:
        write_identity(profile, name=claim.name, id_number=claim.id_number, now=now)


@transaction.atomic
def answer_identity(*, verification: Verification, answer: Answer, now: datetime) -> Verification:
    """Write the source's answer; SOURCE_DOWN is asked again later, longer apart each time, until after
    eight tries the street decides.

    Raises ``Conflict`` (``already_answered``) when it was answered meanwhile.
    """
    claim = (
        Verification.objects.select_for_update(of=("self",))
        .select_related("user__key", "key")
        .get(pk=verification.pk)
    )
    rules.check_answerable(claim=claim)
    attempts = claim.attempts + 1
    known: dict[str, Any] = {
        "provider": answer.provider,
        "raw_code": answer.raw_code,
        "level": answer.level,
        "attempts": attempts,
        "answered_at": now,
        "next_attempt_at": None,
    }
    outcome = VerificationState(answer.outcome)
    _wait_again(claim, by=None, now=now)
    if outcome == VerificationState.MATCH:
        _match(claim, by=None, now=now, **known)
        return claim
    if outcome == VerificationState.SOURCE_DOWN and attempts < MOST_ATTEMPTS:
        known["next_attempt_at"] = now + timedelta(minutes=2**attempts)
    if outcome == VerificationState.REJECTED:
        known["reason"] = PAPERS
    move(claim, outcome, event=events.IDENTITY_ANSWERED, by=None, at=now, **known)
    return claim


def _wait_again(claim: Verification, *, by: User | None, now: datetime) -> None:
    """A claim whose source was down waits again, and is then answered like any other."""
    if claim.state == VerificationState.SOURCE_DOWN:
        move(claim, VerificationState.WAITING, event=events.IDENTITY_ASKED, by=by, at=now)


@transaction.atomic
def review_identity(
    *, verification: Verification, accept: bool, reason: str, by: User, now: datetime
) -> Verification:
    """Decide at the street, with the papers on the table, what the source could not.

    ``reason`` is a code of at most 40 characters. Raises ``NotAllowed`` (``not_your_street``,
    ``your_own``) or ``Conflict`` (``illegal_move``).
    """
    claim = (
        Verification.objects.select_for_update(of=("self",))
        .select_related("user__key", "key")
        .get(pk=verification.pk)
    )
    _check_reviews(whose=claim.user, home=queries.home_of(claim.user), by=by, now=now)
    changes: dict[str, Any] = {
        "reviewed_by": by,
        "answered_at": now,
        "next_attempt_at": None,
        "level": "papers",
    }
    _wait_again(claim, by=by, now=now)
    if accept:
        _match(claim, by=by, now=now, **changes)
        return claim
    move(
        claim,
        VerificationState.REJECTED,
        event=events.IDENTITY_ANSWERED,
        by=by,
        at=now,
        **{**changes, "reason": reason[:40] or PAPERS},
    )
    _unwrite_identity(claim, now=now)
    return claim


def _unwrite_identity(claim: Verification, *, now: datetime) -> None:
    """A false entry that was taken back verifies nobody any more."""
    profile = VolunteerProfile.objects.filter(user=claim.user, is_verified=True).first()
    if profile:
        profile.is_verified = False
        profile.save(update_fields=["is_verified"])
        record(events.VOLUNTEER_CHANGED, subject=profile, by=None, at=now, what="identity")


@transaction.atomic
def settle_identity(*, verification: Verification, by: User, now: datetime) -> Verification:
    """Settle who has the number that two people claim: the one who was verified first keeps it.

    (Else the first verification is taken back, ``review_identity``.) Asked again, nothing changes.
    Raises ``NotAllowed`` (``not_your_area``, ``your_own``) or ``Conflict`` (``nothing_to_settle``).
    """
    claim = (
        Verification.objects.select_for_update(of=("self",))
        .select_related("user", "duplicate_of__user")
        .get(pk=verification.pk)
    )
    rules.check_settles(
        claim=claim, in_city=queries.may_in_city(by, Permission.VERIFY_PEOPLE, now=now), by=by
    )
    if claim.settled_at is None:
        claim.settled_at = now
        claim.save(update_fields=["settled_at"])
        record(events.IDENTITY_SETTLED, subject=claim, by=by, at=now)
    return claim


def _check_reviews(*, whose: User, home: Region | None, by: User, now: datetime) -> None:
    in_scope = home is not None and queries.may(by, Permission.VERIFY_PEOPLE, region=home, now=now)
    anywhere = queries.may_in_city(by, Permission.VERIFY_PEOPLE, now=now)
    rules.check_reviews(whose=whose, in_scope=in_scope or anywhere, by=by)


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
    file: bytes | None = None,
) -> Credential:
    """Hand in a paper to be checked, with a picture or PDF of it, which is kept sealed.

    Raises ``Invalid`` (``bad_number``, ``bad_dates``, and for the file what ``gateways.files.clean``
    raises), ``NotAllowed`` (``not_yours``) or ``Conflict`` (``already_valid``).
    """
    rules.check_own(user=volunteer.user, by=by)
    clean = rules.check_paper(
        number=number, issued_on=issued_on, valid_until=valid_until, today=local_date(now)
    )
    _check_no_valid(volunteer, kind)
    credential = Credential.objects.create(
        key=volunteer.key,
        volunteer=volunteer,
        kind=kind,
        number=clean,
        issuer=rules.check_text(issuer, field="issuer", most=80) or "",
        issued_on=issued_on,
        valid_until=valid_until,
        file=files.keep(file, key=volunteer.key) if file is not None else "",
        submitted_at=now,
    )
    record(events.CREDENTIAL_SUBMITTED, subject=credential, by=by, at=now, kind=kind)
    return credential


def _check_no_valid(volunteer: VolunteerProfile, kind: str) -> None:
    """The volunteer's row is locked: of two papers of a kind, one can become valid."""
    VolunteerProfile.objects.select_for_update(no_key=True).get(pk=volunteer.pk)
    valid = volunteer.credentials.filter(kind=kind, state=PaperState.VALID).first()
    rules.check_no_valid(valid=valid)


@transaction.atomic
def open_credential_file(*, credential: Credential, by: User, now: datetime) -> tuple[bytes, str]:
    """Return the paper's file and its media type; that staff looked is written down.

    Raises ``NotAllowed`` (``not_your_street``) or ``Conflict`` (``no_file``).
    """
    if credential.volunteer.user_id != by.pk:
        volunteer = credential.volunteer
        _check_reviews(whose=volunteer.user, home=volunteer.region, by=by, now=now)
        record(events.CREDENTIAL_OPENED, subject=credential, by=by, at=now)
    rules.check_has_file(credential=credential)
    return files.read(credential.file, key=credential.key)


@transaction.atomic
def decide_credential(
    *, credential: Credential, accept: bool, reason: str, by: User, now: datetime
) -> Credential:
    """Say whether a paper is genuine; a refusal needs a reason.

    Raises ``NotAllowed`` (``not_your_street``, ``your_own``), ``Invalid`` (``reason_missing``),
    ``Conflict`` (``illegal_move``, ``already_valid``).
    """
    volunteer = credential.volunteer
    _check_reviews(whose=volunteer.user, home=volunteer.region, by=by, now=now)
    words = rules.check_reason(reason, needed=not accept)
    if accept:
        _check_no_valid(volunteer, credential.kind)
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
    rules.check_own(user=credential.volunteer.user, by=by)
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
