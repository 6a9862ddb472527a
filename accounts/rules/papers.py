"""Papers: identity, credentials, a guardian's consent."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import (
    Credential,
    User,
    Verification,
    VolunteerProfile,
)
from accounts.states import VerificationState
from kernel.refusals import Conflict, Invalid, NotAllowed
from kernel.text import plain


def check_answerable(*, claim: Verification) -> None:
    """A source answers what waits for it; what was decided meanwhile stands."""
    if claim.state not in {VerificationState.WAITING, VerificationState.SOURCE_DOWN}:
        raise Conflict("already_answered", _("This has been decided already."))


def check_reviews(*, whose: User, in_scope: bool, by: User) -> None:
    """Papers are checked by the street where the person lives (or the city), never by oneself."""
    if whose.pk == by.pk:
        raise NotAllowed("your_own", _("Somebody else has to check your papers."))
    if not in_scope:
        raise NotAllowed("not_your_street", _("This is for the person's own street to decide."))


def check_settles(*, claim: Verification, in_city: bool, by: User) -> None:
    """Who claims what another holds is for the city's identity desk, and for neither of the two."""
    if not in_city:
        raise NotAllowed("not_your_area", _("This is for the city's identity desk to decide."))
    if claim.duplicate_of is None:
        raise Conflict("nothing_to_settle", _("Nobody else claims this number."))
    if by in {claim.user, claim.duplicate_of.user}:
        raise NotAllowed("your_own", _("Somebody else has to check your papers."))


def check_paper(*, number: str, issued_on: date, valid_until: date | None, today: date) -> str:
    """Return the number of a paper that is valid today."""
    clean = plain(number, field="number")
    if not 3 <= len(clean) <= 40:
        raise Invalid(
            "bad_number", _("The number of a paper has 3 to 40 characters."), field="number"
        )
    if issued_on > today:
        raise Invalid("not_issued_yet", _("The day of issue is still to come."), field="issued_on")
    if valid_until and valid_until < today:
        raise Invalid("bad_dates", _("This paper is not valid today."), field="valid_until")
    return clean


def check_no_valid(*, valid: Credential | None) -> None:
    """Of a kind, one paper is valid at a time."""
    if valid is not None:
        raise Conflict("already_valid", _("A valid paper of this kind is there already."))


def check_has_file(*, credential: Credential) -> None:
    """There is a picture of the paper."""
    if not credential.file:
        raise Conflict("no_file", _("No file was handed in with this paper."))


def check_names_guardian(*, user: User, phone: str) -> None:
    """The guardian is somebody else: allowing it is not for the minor to do with a phone of their own."""
    if phone == user.phone:
        words = _("This is your own number. Write the number of your guardian.")
        raise Invalid("own_phone", words, field="phone")


def check_withdraw_guardian(*, volunteer: VolunteerProfile, speaks: bool, by: User | None) -> None:
    """It is the guardian or the street who takes a consent back, not the minor."""
    if by is not None and (by.pk == volunteer.user_id or not speaks):
        raise NotAllowed("not_the_guardian", _("Only the guardian can take this back."))


def check_confirm_guardian(
    *, volunteer: VolunteerProfile, speaks: bool, as_shown: bool, by: User | None
) -> None:
    """A guardian was named, it is the guardian or the street who allows it, not the minor, and nobody
    else was named since they looked."""
    if not volunteer.guardian:
        raise Conflict("no_guardian", _("Name the guardian first."), field="guardian")
    if by is not None and (by.pk == volunteer.user_id or not speaks):
        raise NotAllowed("not_the_guardian", _("Only the guardian can allow this."))
    if not as_shown:
        raise Conflict("state_changed", _("Someone else was faster. Please look again."))
