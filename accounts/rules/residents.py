"""Residents' data, who may act for them, and who may look."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils.translation import gettext as _

from accounts.models import (
    ProxyGrant,
    ResidentProfile,
    User,
)
from kernel.refusals import Conflict, Invalid, NotAllowed


def check_register_resident(
    *, user: User | None, has_profile: bool, office: bool, by: User | None
) -> None:
    """An account has one profile, made by its owner or by the office of the place."""
    if user is not None and not office and by is not None and by.pk != user.pk:
        raise NotAllowed("not_your_resident", _("You cannot change this person's data."))
    if has_profile:
        raise Conflict("already_registered", _("Your needs are already here."))


def check_writes_resident(*, may_write: bool) -> None:
    """A resident's data is changed by the resident, who may ask for them, or the office of the place."""
    if not may_write:
        raise NotAllowed("not_your_resident", _("You cannot change this person's data."))


def check_health_notes(*, notes: str | None, consented: bool) -> None:
    """Health notes are sensitive: kept with a consent of their own only (PIPL Art 29, LOOK page 20)."""
    if notes and notes.strip() and not consented:
        raise Invalid(
            "consent_missing",
            _("Health notes need your consent, or leave them empty."),
            field="health_notes",
        )


def check_resident_papers(*, resident: ResidentProfile, in_scope: bool, by: User) -> None:
    """A resident's papers are seen by the street, never by oneself."""
    if resident.user_id == by.pk:
        raise NotAllowed("your_own", _("Somebody else has to check your papers."))
    if not in_scope:
        raise NotAllowed("not_your_street", _("This is for the person's own street to decide."))


def _check_call(call_number: str) -> None:
    if not call_number.strip():
        raise Invalid(
            "call_number_missing", _("Write the number of the call."), field="call_number"
        )


def check_look_up(
    *, answers: bool, calls: bool, call_number: str, given: Mapping[str, str]
) -> None:
    """The office of the place looks people up, the hotline with the number of the call (GUARDS §2)."""
    if not answers and not calls:
        raise NotAllowed("not_your_resident", _("This person is not in your area."))
    if not answers:
        _check_call(call_number)
    if not any(given.values()):
        raise Invalid("nothing_to_find", _("Write a phone, a name or a number."), field="phone")


def check_reveal(
    *, known: bool, in_scope: bool, by_call: bool, call_number: str, others: int, most: int
) -> None:
    """Staff of the place look, at a field that is masked, at so many people a day (GUARDS §2)."""
    if not in_scope:
        raise NotAllowed("not_your_resident", _("This person is not in your area."))
    if not known:
        raise Invalid("bad_field", _("This cannot be shown."), field="field")
    if by_call:
        _check_call(call_number)
    if others >= most:
        raise NotAllowed("quota", _("You have looked at too many people today."))


def check_named(resident: ResidentProfile | None) -> ResidentProfile:
    """Whoever asks to act for a resident knows number and name; a wrong pair says not which is wrong."""
    if resident is None:
        raise Invalid(
            "unknown_resident", _("No resident has this number and name."), field="number"
        )
    return resident


def check_submit_grant(
    *, resident: ResidentProfile, proxy: User, live: ProxyGrant | None, office: bool, by: User
) -> None:
    """The resident names a proxy, the proxy asks, or the office writes it down; once for a pair."""
    if by.pk not in {resident.user_id, proxy.pk} and not office:
        raise NotAllowed("not_your_resident", _("You cannot change this person's data."))
    if proxy.pk == resident.user_id:
        raise Invalid("your_own", _("Nobody needs a grant for themselves."), field="proxy")
    if live is not None:
        raise Conflict("grant_exists", _("This person is on the list already."))


def check_grant_dates(*, valid_until: date, today: date) -> None:
    """A grant ends within five years."""
    if not today < valid_until <= today + timedelta(days=5 * 366):
        raise Invalid("bad_dates", _("Choose a day within five years."), field="valid_until")


def check_withdraw_grant(*, grant: ProxyGrant, in_scope: bool, by: User) -> None:
    """Either side ends a grant, or the street for them."""
    if by.pk not in {grant.proxy_id, grant.resident.user_id} and not in_scope:
        raise NotAllowed("not_yours", _("This is somebody else's."))


def check_decides(*, decides: bool) -> None:
    """Only the person, or who may ask for the resident, decides about the person's data."""
    if not decides:
        raise NotAllowed("not_your_consent", _("Only the person concerned can decide this."))


def check_speaks(*, speaks: bool) -> None:
    """Each side keeps only its own list of whom it does not want to meet."""
    if not speaks:
        raise NotAllowed("not_your_side", _("You can decide this only for yourself."))
