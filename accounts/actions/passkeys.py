"""Passkeys: made, shown as the second factor or as both, removed; the authenticator app: shown, removed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import events, queries, rules
from accounts.actions.access import TRIES_PER_IP, count
from accounts.models import CodeUse, Passkey, User
from kernel import vault
from kernel.events import record
from kernel.refusals import Conflict, Invalid
from kernel.sessions import end_sessions

SECOND_FACTOR_TRIES = 20  # an hour, of codes and passkeys together
LONGEST_NAME = 40


def _use_up(asked: rules.Asked | None, *, now: datetime) -> str:
    """Return the challenge, which is answered once: the unique row is written before the effect."""
    challenge = rules.check_asked(asked, now=now)
    try:
        with transaction.atomic():
            CodeUse.objects.create(nonce=vault.blind("passkey-challenge", challenge), at=now)
    except IntegrityError:
        raise Conflict("passkey_late", _("That was answered already. Try again.")) from None
    return challenge


def _note_use(
    passkey: Passkey,
    sign_count: int,
    *,
    event: str,
    subject: Passkey | User,
    now: datetime,
    **data: str,
) -> None:
    """Note that the key answered, by ``event`` about ``subject``. A counter that stands or goes back is
    that of a copy: refused, and its owner is told.

    In one statement, so that of two answers with the same counter one is refused.
    """
    goes_on = Q(sign_count__lt=sign_count) if sign_count else Q(sign_count=0)
    owner = passkey.user
    with transaction.atomic():  # what is noticed about a copy stays, though the answer is a refusal
        same = Passkey.objects.filter(goes_on, pk=passkey.pk)
        fits = same.update(sign_count=sign_count, last_used_at=now)
        if not fits:
            record(events.PASSKEY_COPIED, subject=passkey, by=owner, at=now)
        else:
            record(event, subject=subject, by=owner, at=now, **data)
    if not fits:
        raise Conflict(
            "passkey_copied",
            _("There may be a copy of this passkey, so it opens nothing. Use another way in."),
        )


def add_passkey(
    *,
    user: User,
    name: str,
    answer: str,
    asked: rules.Asked | None,
    host: str,
    passed: bool,
    by: User | None,
    now: datetime,
) -> Passkey:
    """Keep the key that the browser has just made, under ``name``.

    ``answer`` is the browser's, in JSON; ``asked`` what it was asked (``queries.new_passkey_options``);
    ``host`` where, as in the address; ``passed`` says whether a second factor was shown in this session.
    Raises ``NotAllowed`` (``not_yours``, ``second_factor_first``), ``Invalid`` (``name_missing``,
    ``too_long``, ``passkey_wrong``) or ``Conflict`` (``passkey_late``, ``passkey_known``,
    ``too_many_passkeys``).
    """
    rules.check_own(user=user, by=by)
    words = rules.check_text(name, field="name", most=LONGEST_NAME)
    if not words:
        raise Invalid("name_missing", _("Give the passkey a name."), field="name")
    challenge = _use_up(asked, now=now)
    with transaction.atomic():
        _lock(user)
        rules.check_adds_factor(has_factor=queries.has_second_factor(user), passed=passed)
        rules.check_adds_passkey(has=user.passkeys.count())
        made = rules.check_new_key(host=host, challenge=challenge, answer=rules.read_answer(answer))
        passkey = _keep(made, user=user, name=words, now=now)
        record(events.PASSKEY_ADDED, subject=passkey, by=by, at=now)
    return passkey


def _keep(made: rules.NewKey, *, user: User, name: str, now: datetime) -> Passkey:
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                user=user,
                key=user.key,
                name=name,
                credential=made.credential,
                public_key=made.public_key,
                sign_count=made.sign_count,
                created_at=now,
            )
    except IntegrityError:
        raise Conflict("passkey_known", _("This passkey is kept here already.")) from None


def _answered(
    answer: Mapping[str, Any], *, of: User | None, challenge: str, host: str
) -> tuple[Passkey, int]:
    """Return which passkey (of ``of``, if given) gave the answer, and its counter."""
    found = Passkey.objects.filter(credential=answer["id"]).select_related("user__key")
    mine = found.filter(user=of) if of else found
    return rules.check_key(host=host, challenge=challenge, passkey=mine.first(), answer=answer)


def enter_with_passkey(
    *, answer: str, asked: rules.Asked | None, host: str, ip: str, now: datetime
) -> User:
    """Return whose passkey answered: who holds it and shows it who they are has shown two factors.

    Arguments as in ``add_passkey``. Raises ``Invalid`` (``passkey_wrong``), ``Conflict``
    (``passkey_late``, ``passkey_copied``, ``too_often``) or ``NotAllowed`` (``cannot_enter``).
    """
    with transaction.atomic():
        count(kind="passkey-ip", what=ip, most=TRIES_PER_IP, now=now)
    challenge = _use_up(asked, now=now)
    passkey, sign_count = _answered(
        rules.read_answer(answer), of=None, challenge=challenge, host=host
    )
    rules.check_may_enter(passkey.user)
    user = passkey.user
    _note_use(passkey, sign_count, event=events.USER_ENTERED, subject=user, now=now, way="passkey")
    return user


def show_passkey(
    *, user: User, answer: str, asked: rules.Asked | None, host: str, by: User, now: datetime
) -> Passkey:
    """Return the passkey that ``user`` showed as the second factor. Arguments as in ``add_passkey``.

    Raises ``Invalid`` (``passkey_wrong``), ``Conflict`` (``passkey_late``, ``passkey_copied``,
    ``too_often``) or ``NotAllowed`` (``not_yours``).
    """
    rules.check_own(user=user, by=by)
    with transaction.atomic():
        count(kind="second-factor", what=user.ref, most=SECOND_FACTOR_TRIES, now=now)
    challenge = _use_up(asked, now=now)
    passkey, sign_count = _answered(
        rules.read_answer(answer), of=user, challenge=challenge, host=host
    )
    _note_use(passkey, sign_count, event=events.PASSKEY_USED, subject=passkey, now=now)
    return passkey


@transaction.atomic
def remove_passkey(
    *, passkey: Passkey, passed: bool, but: str, by: User | None, now: datetime
) -> Passkey:
    """Forget a passkey, and end every session it may have opened; asked again, nothing changes.

    ``passed`` as in ``add_passkey``; ``but`` is the session (its ref) in which it is asked, which goes on.
    Raises ``NotAllowed`` (``not_yours``, ``second_factor_first``) or ``Conflict``
    (``last_second_factor``: who holds a post keeps one).
    """
    user = passkey.user
    rules.check_own(user=user, by=by)
    _lock(user)
    others = user.passkeys.exclude(pk=passkey.pk)
    rules.check_removes_factor(
        is_staff=queries.has_post(user, now=now),
        has_other=others.exists() or queries.has_app(user),
        passed=passed,
    )
    gone, _by_model = Passkey.objects.filter(pk=passkey.pk).delete()
    if gone:
        end_sessions(user.pk, but=but)
        record(events.PASSKEY_REMOVED, subject=passkey, by=by, at=now)
    return passkey


def _lock(user: User) -> None:
    """Change the factors of one person one at a time: two at once would each take the other for left."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


@transaction.atomic
def add_app(
    *, user: User, keep: Callable[[], object], passed: bool, by: User, now: datetime
) -> User:
    """Set an authenticator app up, whose secret the face's library keeps by ``keep``.

    ``passed`` as in ``add_passkey``. Raises ``NotAllowed`` (``not_yours``, ``second_factor_first``).
    """
    rules.check_own(user=user, by=by)
    _lock(user)
    rules.check_adds_factor(has_factor=queries.has_second_factor(user), passed=passed)
    keep()
    record(events.APP_ADDED, subject=user, by=by, at=now)
    return user


def show_app(
    *, user: User, code: str, fits: Callable[[str], bool], by: User, now: datetime
) -> User:
    """Take the code of the authenticator app for the second factor: once only (RFC 6238 §5.2).

    ``fits`` says whether the app shows ``code`` at this moment. Raises ``Invalid`` (``code_wrong``,
    ``code_used``), ``Conflict`` (``too_often``) or ``NotAllowed`` (``not_yours``).
    """
    rules.check_own(user=user, by=by)
    with transaction.atomic():
        count(kind="second-factor", what=user.ref, most=SECOND_FACTOR_TRIES, now=now)
    if not fits(code):
        raise Invalid("code_wrong", _("This code is not right."), field="code")
    try:
        with transaction.atomic():
            CodeUse.objects.create(nonce=vault.blind("app-code", f"{user.ref} {code}"), at=now)
    except IntegrityError:
        words = _("This code was used already. Wait for the next one.")
        raise Invalid("code_used", words, field="code") from None
    return user


@transaction.atomic
def remove_app(*, user: User, passed: bool, but: str, by: User | None, now: datetime) -> User:
    """Forget the authenticator app, so that another can be set up; asked again, nothing changes.

    Arguments and refusals as in ``remove_passkey``.
    """
    rules.check_own(user=user, by=by)
    _lock(user)
    rules.check_removes_factor(
        is_staff=queries.has_post(user, now=now), has_other=user.passkeys.exists(), passed=passed
    )
    gone, _by_model = user.authenticator_set.filter(type="totp").delete()  # type: ignore[attr-defined]
    if gone:
        end_sessions(user.pk, but=but)
        record(events.APP_REMOVED, subject=user, by=by, at=now)
    return user
