"""Getting in: one-time codes, passwords, tokens. The same work for known and unknown addresses."""

import secrets
from datetime import datetime, timedelta
from math import ceil

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import events, gateways, queries, rules
from accounts.actions.people import address_fields, cut_off, make_user
from accounts.models import Attempt, CodeUse, SignInCode, Token, User
from kernel import sessions, vault
from kernel.events import record
from kernel.refusals import Conflict, Invalid, TooOften
from kernel.text import digits, normalise

# How often an hour: codes sent, and tries of codes and passwords.
CODES_PER_ADDRESS, CODES_PER_IP, CODES_PER_DEVICE = 6, 60, 12
TRIES_PER_ADDRESS, TRIES_PER_IP = 20, 200
COMPARED = 3  # the newest codes of an address that a typed one is compared with
LOOKS_AN_HOUR = 30
# Somebody's password that nobody has: an unknown address costs the same work as a known one.
NOBODYS = make_password(secrets.token_urlsafe(16))


def count(*, kind: str, what: str, most: int, now: datetime) -> None:
    """Count one try of ``what`` in this hour, atomically; raises ``TooOften`` (``too_often``) past ``most``.

    The row names nobody: its bucket is a blind index. A limit that cannot be counted lets nobody in.
    """
    bucket = vault.blind(f"limit-{kind}", what)
    window = now.replace(minute=0, second=0, microsecond=0)
    row, _made = Attempt.objects.get_or_create(bucket=bucket, window=window)
    Attempt.objects.filter(pk=row.pk).update(count=F("count") + 1)
    row.refresh_from_db(fields=["count"])
    if row.count > most:
        wait = ceil((window + timedelta(hours=1) - now).total_seconds())
        words = _("That was too often. Try again in an hour.")
        raise TooOften("too_often", words, field="address", wait=wait)


@transaction.atomic
def request_code(
    *, address: str, ip: str, language: str, now: datetime, device: str = ""
) -> SignInCode:
    """Send a six-digit code, good for ten minutes, to a phone or e-mail address, known or not.

    An older code stays good until one of them is used: a late message does no harm. ``device`` is the
    browser's own mark, if it has one. Raises ``Invalid`` (``bad_phone``, ``bad_email``) or ``Conflict``
    (``too_often``).
    """
    channel, clean = rules.clean_address(address)
    count(kind="code", what=clean, most=CODES_PER_ADDRESS, now=now)
    count(kind="code-ip", what=ip, most=CODES_PER_IP, now=now)
    if device:
        count(kind="code-device", what=device, most=CODES_PER_DEVICE, now=now)
    code = f"{secrets.randbelow(10**6):06d}"
    row = SignInCode(
        channel=channel,
        address_index=vault.blind("address", clean),
        sent_at=now,
        expires_at=now + rules.CODE_LIFE,
    )
    row.code_index = vault.blind("sign-in-code", f"{row.ref} {code}")
    row.save()
    gateways.send_code(channel=channel, address=clean, code=code, language=language, now=now)
    return row


def _find_code(clean: str, code: str) -> tuple[SignInCode | None, bool]:
    """Return the code sent to this address that fits, else the newest one; and whether it fits.

    A wrong try counts against every code that it was compared with, so that none is guessed at more
    than five times. Rivals for one address queue at its ``Attempt`` row, which ``count`` has locked.
    """
    sent = SignInCode.objects.filter(address_index=vault.blind("address", clean))
    recent = list(sent.order_by("-pk")[:COMPARED])
    for row in recent:
        if secrets.compare_digest(row.code_index, vault.blind("sign-in-code", f"{row.ref} {code}")):
            return row, True
    SignInCode.objects.filter(pk__in=[row.pk for row in recent], tries__lt=rules.MOST_TRIES).update(
        tries=F("tries") + 1
    )
    return (recent[0] if recent else None), False


def _prove(*, address: str, code: str, ip: str, now: datetime) -> tuple[str, str, SignInCode]:
    """Return channel, clean address and the code that proves it; a wrong try stays counted."""
    channel, clean = rules.clean_address(address)
    typed = digits(code)
    with transaction.atomic():
        count(kind="try", what=clean, most=TRIES_PER_ADDRESS, now=now)
        count(kind="try-ip", what=ip, most=TRIES_PER_IP, now=now)
        row, fits = _find_code(clean, typed)
    return channel, clean, rules.check_code(code=row, fits=fits, now=now)


def _use_up(code: SignInCode, *, now: datetime) -> None:
    """Use ``code``, and with it all others sent to the address: one sign-in for one message wave.

    The unique rows are written before the effect; who finds one of them taken has come second.
    """
    live = SignInCode.objects.filter(address_index=code.address_index, expires_at__gt=now)
    refs = set(live.values_list("ref", flat=True)) | {code.ref}
    used = set(CodeUse.objects.filter(nonce__in=refs).values_list("nonce", flat=True))
    try:
        with transaction.atomic():
            CodeUse.objects.bulk_create(
                CodeUse(nonce=nonce, at=now) for nonce in sorted(refs - (used - {code.ref}))
            )
    except IntegrityError:
        raise Conflict("code_used", _("This code was already used."), field="code") from None


def enter_with_code(*, address: str, code: str, ip: str, now: datetime) -> User:
    """Return who owns the address, made if unknown, after the code proved it. The code works once.

    Raises ``Invalid`` (``code_wrong``), ``Conflict`` (``code_expired``, ``too_many_tries``,
    ``code_used``, ``too_often``) or ``NotAllowed`` (``cannot_enter``). A wrong try is counted even
    though it is refused.
    """
    channel, clean, sent = _prove(address=address, code=code, ip=ip, now=now)
    with transaction.atomic():
        _use_up(sent, now=now)
        user = queries.user_by_address(clean)
        if user is None:
            user = make_user(channel=channel, address=clean, by=None, now=now)
        rules.check_may_enter(user)
        record(events.USER_ENTERED, subject=user, by=user, at=now, way="code")
    return user


def find_person(*, address: str, by: User, now: datetime) -> User:
    """Return who signs in with this phone or e-mail, to be given a post or a grant.

    Every look is counted, so that nobody learns from here whose numbers are known. Raises ``Invalid``
    (``bad_phone``, ``bad_email``, ``unknown_person``) or ``Conflict`` (``too_often``).
    """
    _channel, clean = rules.clean_address(address)
    with transaction.atomic():
        count(kind="find", what=str(by.ref), most=LOOKS_AN_HOUR, now=now)
    return rules.check_found(queries.user_by_address(clean))


def change_address(
    *, user: User, address: str, code: str, ip: str, by: User, now: datetime
) -> User:
    """Give ``user`` a new phone number or e-mail address, proved by the code that was sent there.

    Who holds the code may learn that the address has an account already: it is theirs to open. Raises
    what ``enter_with_code`` raises, ``NotAllowed`` (``not_yours``) and ``Conflict``
    (``address_taken``).
    """
    rules.check_own(user=user, by=by)
    channel, clean, sent = _prove(address=address, code=code, ip=ip, now=now)
    with transaction.atomic():
        _use_up(sent, now=now)
        holder = queries.user_by_address(clean)
        if holder and holder.pk != user.pk:
            raise Conflict(
                "address_taken", _("This address opens another account."), field="address"
            )
        fields = address_fields(channel, clean)
        for field, value in fields.items():
            setattr(user, field, value)
        user.save(update_fields=list(fields))
        record(events.ADDRESS_CHANGED, subject=user, by=by, at=now, channel=channel)
    return user


def enter_with_password(*, address: str, password: str, ip: str, now: datetime) -> User:
    """Return who owns the address and the password; one answer and one cost for all that is wrong.

    Raises ``Invalid`` (``wrong_password``) or ``Conflict`` (``too_often``).
    """
    _channel, clean = rules.clean_address(address)
    with transaction.atomic():
        count(kind="try", what=clean, most=TRIES_PER_ADDRESS, now=now)
        count(kind="try-ip", what=ip, most=TRIES_PER_IP, now=now)
    user = queries.user_by_address(clean)
    known = user is not None and user.has_usable_password()
    fits = check_password(password, user.password if user and known else NOBODYS)
    if user is None or not (known and fits):
        raise Invalid(
            "wrong_password", _("The address or the password is not right."), field="password"
        )
    rules.check_may_enter(user)
    with transaction.atomic():
        record(events.USER_ENTERED, subject=user, by=user, at=now, way="password")
    return user


@transaction.atomic
def set_password(*, user: User, new: str, by: User | None, now: datetime) -> User:
    """Set the password; all sessions and tokens of the person end.

    Raises ``Invalid`` (``weak_password``) or ``NotAllowed`` (``not_yours``).
    """
    rules.check_own(user=user, by=by)
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Invalid("weak_password", " ".join(error.messages), field="password") from None
    user.set_password(new)
    user.save(update_fields=["password"])
    cut_off(user=user)
    record(events.PASSWORD_CHANGED, subject=user, by=by, at=now)
    return user


def change_password(
    *,
    user: User,
    current: str,
    new: str,
    entered: datetime | None,
    ip: str,
    by: User,
    now: datetime,
) -> User:
    """Set one's own password, with the one that stands, or soon after signing in by a code (without a
    password, or when it is forgotten or was set by somebody else); all sessions and tokens end.

    ``entered``: when the session or the token that asks was opened, None where nobody knows.

    Raises ``Invalid`` (``wrong_password``, ``weak_password``), ``NotAllowed`` (``not_yours``,
    ``sign_in_again``) or ``Conflict`` (``too_often``).
    """
    rules.check_own(user=user, by=by)
    if current:
        with transaction.atomic():  # a wrong try stays counted
            count(kind="password", what=user.ref, most=TRIES_PER_ADDRESS, now=now)
            count(kind="try-ip", what=ip, most=TRIES_PER_IP, now=now)
    rules.check_changes_password(
        given=bool(current),
        fits=user.has_usable_password() and check_password(current, user.password),
        is_fresh=queries.entered_by_code(user, entered=entered, now=now),
    )
    return set_password(user=user, new=new, by=by, now=now)


@transaction.atomic
def end_sessions(*, user: User, by: User | None, now: datetime) -> User:
    """Sign the person out everywhere; tokens end too. Raises ``NotAllowed`` (``not_yours``)."""
    rules.check_own(user=user, by=by)
    cut_off(user=user)
    record(events.SESSIONS_ENDED, subject=user, by=by, at=now)
    return user


@transaction.atomic
def end_session(*, user: User, ref: str, by: User | None, now: datetime) -> User:
    """Sign the person out in one browser (``queries.sessions_of``); asked again, nothing changes.

    Raises ``NotAllowed`` (``not_yours``).
    """
    rules.check_own(user=user, by=by)
    if sessions.end_sessions(user.pk, only=ref):
        record(events.SESSION_ENDED, subject=user, by=by, at=now)
    return user


@transaction.atomic
def end_other_sessions(*, user: User, but: str, by: User | None, now: datetime) -> User:
    """Sign the person out in all browsers but one (its ref; empty: in all); tokens stay.

    Raises ``NotAllowed`` (``not_yours``).
    """
    rules.check_own(user=user, by=by)
    if ended := sessions.end_sessions(user.pk, but=but):
        record(events.SESSIONS_ENDED, subject=user, by=by, at=now, others=ended)
    return user


@transaction.atomic
def make_token(
    *,
    user: User,
    name: str,
    scopes: list[str],
    days: int,
    by: User | None,
    now: datetime,
    passed: bool = False,
) -> tuple[Token, str]:
    """Return a new access token and its secret, which is shown this once and kept nowhere.

    ``passed`` says whether a second factor was shown: without it the token opens nothing from the day on
    which its owner holds a post.

    Raises ``Invalid`` (``bad_scope``, ``bad_days``: at most a year) or ``NotAllowed`` (``not_yours``).
    """
    rules.check_own(user=user, by=by)
    rules.check_token(scopes=scopes, days=days)
    secret = f"vh_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        user=user,
        key=user.key,
        name=normalise(name, field="name")[:60],
        secret_index=vault.blind("token", secret),
        scopes=sorted(scopes),
        epoch=user.epoch,
        passed=passed,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(events.TOKEN_MADE, subject=token, by=by, at=now, scopes=token.scopes)
    return token, secret


@transaction.atomic
def revoke_token(*, token: Token, by: User | None, now: datetime) -> Token:
    """End a token; asked again, nothing changes. Raises ``NotAllowed`` (``not_yours``)."""
    rules.check_own(user=token.user, by=by)
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(events.TOKEN_REVOKED, subject=token, by=by, at=now)
    return token


def forget_tries(*, now: datetime) -> int:
    """Delete codes and counts of more than a day ago, which limit nothing any more; returns how many.

    That a code was used stays on record.
    """
    yesterday = now - timedelta(days=1)
    codes, _by_model = SignInCode.objects.filter(expires_at__lt=yesterday).delete()
    counts, _by_model = Attempt.objects.filter(window__lt=yesterday).delete()
    return codes + counts
