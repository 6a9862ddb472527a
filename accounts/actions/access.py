"""Getting in: one-time codes, passwords, tokens. The same work for known and unknown addresses."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import events, gateways, queries, rules
from accounts.actions.people import cut_off, make_user
from accounts.models import Attempt, CodeUse, SignInCode, Token, User
from accounts.roles import Scope
from kernel import vault
from kernel.events import record
from kernel.refusals import Conflict, Invalid

HOUR = timedelta(hours=1)
# (what is counted, how often an hour): per address, per network address, wrong passwords per address.
CODES_PER_ADDRESS, CODES_PER_IP, TRIES_PER_ADDRESS, TRIES_PER_IP = 6, 60, 20, 200
# Somebody's password that nobody has: an unknown address costs the same work as a known one.
NOBODYS = make_password(secrets.token_urlsafe(16))


def count(*, kind: str, what: str, most: int, now: datetime) -> None:
    """Count one try of ``what`` in this hour, atomically; raises ``Conflict`` (``too_often``) past ``most``.

    The row names nobody: its bucket is a blind index. A limit that cannot be counted lets nobody in.
    """
    bucket = vault.blind(f"limit-{kind}", what)
    window = now.replace(minute=0, second=0, microsecond=0)
    row, _made = Attempt.objects.get_or_create(bucket=bucket, window=window)
    Attempt.objects.filter(pk=row.pk).update(count=F("count") + 1)
    row.refresh_from_db(fields=["count"])
    if row.count > most:
        raise Conflict("too_often", _("That was too often. Try again in an hour."), field="address")


@transaction.atomic
def request_code(*, address: str, ip: str, language: str, now: datetime) -> SignInCode:
    """Send a six-digit code, good for ten minutes, to a phone or e-mail address, known or not.

    Raises ``Invalid`` (``bad_phone``, ``bad_email``) or ``Conflict`` (``too_often``).
    """
    channel, clean = rules.clean_address(address)
    count(kind="code", what=clean, most=CODES_PER_ADDRESS, now=now)
    count(kind="code-ip", what=ip, most=CODES_PER_IP, now=now)
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
    """Return the code sent to this address that fits, else the newest one; and whether it fits."""
    sent = SignInCode.objects.filter(address_index=vault.blind("address", clean))
    recent = list(sent.order_by("-pk")[:3])
    for row in recent:
        if secrets.compare_digest(row.code_index, vault.blind("sign-in-code", f"{row.ref} {code}")):
            return row, True
    return (recent[0] if recent else None), False


def enter_with_code(*, address: str, code: str, ip: str, now: datetime) -> User:
    """Return who owns the address, made if unknown, after the code proved it. The code works once.

    Raises ``Invalid`` (``code_wrong``) or ``Conflict`` (``code_expired``, ``too_many_tries``,
    ``code_used``). A wrong try is counted even though it is refused.
    """
    channel, clean = rules.clean_address(address)
    with transaction.atomic():
        count(kind="try", what=clean, most=TRIES_PER_ADDRESS, now=now)
        count(kind="try-ip", what=ip, most=TRIES_PER_IP, now=now)
        row, fits = _find_code(clean, code)
        if row is not None and not fits:
            SignInCode.objects.filter(pk=row.pk, tries__lt=rules.MOST_TRIES).update(
                tries=F("tries") + 1
            )
    rules.check_code(code=row, fits=fits, now=now)
    assert row is not None
    return _let_in(channel, clean, nonce=row.ref, now=now)


@transaction.atomic
def _let_in(channel: str, clean: str, *, nonce: str, now: datetime) -> User:
    try:
        with transaction.atomic():
            CodeUse.objects.create(nonce=nonce, at=now)
    except IntegrityError:
        raise Conflict("code_used", _("This code was already used."), field="code") from None
    user = queries.user_by_address(clean)
    if user is None:
        user = make_user(channel=channel, address=clean, by=None, now=now)
    rules.check_may_enter(user)
    record(events.USER_ENTERED, subject=user, by=user, at=now, way="code")
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
    """Set the password; all sessions and tokens of the person end. Raises ``Invalid`` (``weak_password``)."""
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Invalid("weak_password", " ".join(error.messages), field="password") from None
    user.set_password(new)
    user.save(update_fields=["password"])
    cut_off(user=user)
    record(events.PASSWORD_CHANGED, subject=user, by=by, at=now)
    return user


@transaction.atomic
def end_sessions(*, user: User, by: User | None, now: datetime) -> User:
    """Sign the person out everywhere; tokens end too."""
    cut_off(user=user)
    record(events.SESSIONS_ENDED, subject=user, by=by, at=now)
    return user


@transaction.atomic
def make_token(
    *, user: User, name: str, scopes: list[str], days: int, by: User | None, now: datetime
) -> tuple[Token, str]:
    """Return a new access token and its secret, which is shown this once and kept nowhere.

    Raises ``Invalid`` (``bad_scope``, ``bad_days``): at most a year.
    """
    if not scopes or not set(scopes) <= {scope.value for scope in Scope}:
        raise Invalid("bad_scope", _("Choose what the token may do."), field="scopes")
    if not 1 <= days <= 365:
        raise Invalid("bad_days", _("A token lives at most a year."), field="days")
    secret = f"vh_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        user=user,
        key=user.key,
        name=name,
        secret_index=vault.blind("token", secret),
        scopes=sorted(scopes),
        epoch=user.epoch,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(events.TOKEN_MADE, subject=token, by=by, at=now, scopes=token.scopes)
    return token, secret


@transaction.atomic
def revoke_token(*, token: Token, by: User | None, now: datetime) -> Token:
    """End a token; asked again, nothing changes."""
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(events.TOKEN_REVOKED, subject=token, by=by, at=now)
    return token
