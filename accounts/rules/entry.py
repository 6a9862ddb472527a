"""Getting in, and what is one's own affair."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import (
    SignInCode,
    User,
)
from accounts.roles import Scope
from kernel.refusals import Conflict, Invalid, NotAllowed

CODE_LIFE = timedelta(minutes=10)
FRESH = timedelta(minutes=15)  # a sign-in by code stands for the password
MOST_TRIES = 5


def check_code(*, code: SignInCode | None, fits: bool, now: datetime) -> SignInCode:
    """Return the sign-in code that fits: the same words for an unknown address and a wrong code."""
    if code is not None and code.tries >= MOST_TRIES:
        raise Conflict(
            "too_many_tries", _("Too many wrong tries. Ask for a new code."), field="code"
        )
    if code is None or not fits:
        raise Invalid("code_wrong", _("This code is not right."), field="code", counted=True)
    if now >= code.expires_at:
        raise Conflict("code_expired", _("This code has run out. Ask for a new one."), field="code")
    return code


def check_own(*, user: User, by: User | None) -> None:
    """A person's own affair: nobody else's but the platform's (``by`` None)."""
    if by is not None and by.pk != user.pk:
        raise NotAllowed("not_yours", _("This is somebody else's."))


def check_changes_password(*, given: bool, fits: bool, is_fresh: bool) -> None:
    """Who sets a password types the one that stands, or has just signed in by a code."""
    if given and not fits:
        words = _("This is not your present password.")
        raise Invalid("wrong_password", words, field="current", counted=True)
    if not given and not is_fresh:
        words = _("Type your present password, or sign in anew with a code and come back here.")
        raise NotAllowed("sign_in_again", words, field="current")


def check_renames(*, user: User, name: str, is_verified: bool) -> None:
    """Once it is verified, the name is the one on the card: others trust it, a proxy's above all."""
    if is_verified and name != user.name:
        raise Conflict(
            "name_verified",
            _("Your name is verified. If it has changed, show the new card at your street."),
            field="name",
        )


def check_token(*, scopes: list[str], days: int) -> None:
    """A token may do something that is on the list, and lives for at most a year."""
    if not scopes or not set(scopes) <= {scope.value for scope in Scope}:
        raise Invalid("bad_scope", _("Choose what the token may do."), field="scopes")
    if not 1 <= days <= 365:
        raise Invalid("bad_days", _("A token lives at most a year."), field="days")


def check_may_enter(user: User) -> None:
    """Refuse who was suspended or erased, in words that say no more than that."""
    if not user.is_active or user.suspended_at or user.erased_at:
        raise NotAllowed("cannot_enter", _("This account cannot be used. Ask your street."))


def check_found(user: User | None) -> User:
    """Somebody signs in with it, and is not forgotten or out."""
    if user is None or not user.is_active:
        raise Invalid("unknown_person", _("Nobody signs in with this."), field="address")
    return user
