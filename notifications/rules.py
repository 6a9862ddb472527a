"""Rules of telling: by which channel, when, how often it is tried. Pure: facts come in as arguments."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from kernel.refusals import Invalid, NotAllowed
from kernel.workdays import SHANGHAI, at_local, local_date
from notifications.models import Notice, QuietHours
from notifications.states import Channel, Group, Haste

DEFAULTS: dict[tuple[Group, Channel], bool] = {
    (Group.MUST, Channel.EMAIL): True,
    (Group.MUST, Channel.SMS): True,
    (Group.USEFUL, Channel.EMAIL): True,
    (Group.USEFUL, Channel.SMS): False,
    (Group.DIGEST, Channel.EMAIL): True,
    (Group.DIGEST, Channel.SMS): False,
}
CODE_LIFE = timedelta(minutes=10)  # a code's message is worth nothing afterwards, and is forgotten
LEASE = timedelta(seconds=60)  # of who sends a message: longer than a provider may take
MOST_ATTEMPTS = 8  # about an hour
KEPT = timedelta(days=30)  # how long the words of other messages are kept, sealed
REMIND_BEFORE = {"tomorrow": timedelta(hours=24), "soon": timedelta(hours=2)}
EXPIRING = timedelta(days=30)  # how long before its last day a paper is mentioned


def wanted_channels(
    *,
    group: Group,
    preferences: Mapping[tuple[Group, Channel], bool],
    addresses: Mapping[Channel, str],
) -> list[Channel]:
    """Return by which channels somebody is told besides the inbox."""
    return [channel for channel in Channel if channel in addresses and preferences[group, channel]]


def _quiet_until(quiet: QuietHours, *, now: datetime) -> datetime | None:
    """Return when the quiet hours end that ``now`` lies in; None outside of them."""
    local = now.astimezone(SHANGHAI)
    minute = local.hour * 60 + local.minute
    today = local_date(now)
    if quiet.starts <= quiet.ends:
        return at_local(today, quiet.ends) if quiet.starts <= minute < quiet.ends else None
    if minute >= quiet.starts:
        return at_local(today + timedelta(days=1), quiet.ends)
    return at_local(today, quiet.ends) if minute < quiet.ends else None


def send_at(
    *, haste: Haste, quiet: QuietHours, starts_at: datetime | None, now: datetime
) -> datetime:
    """Return when a message goes out: now, or at the end of the quiet hours.

    Safety never waits; what concerns a service does not wait on its day, nor when it begins within two
    hours of the end of the quiet hours (LOOK §7): what is read after the start helps nobody.
    """
    end = _quiet_until(quiet, now=now)
    if end is None or haste == Haste.SAFETY:
        return now
    if haste == Haste.SAME_DAY and starts_at:
        on_the_day = local_date(starts_at) == local_date(now)
        if on_the_day or starts_at <= end + REMIND_BEFORE["soon"]:
            return now
    return end


def try_again_at(*, attempts: int, now: datetime) -> datetime | None:
    """Return when a message that did not go out is tried again; None when it was tried often enough."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + timedelta(seconds=30 * 2 ** (attempts - 1))


def check_reader(*, notice: Notice, by: User) -> None:
    """A notice is its person's alone."""
    if notice.user_id != by.pk:
        raise NotAllowed("not_yours", _("This is somebody else's."))


def check_preferences(
    chosen: Mapping[tuple[Group, Channel], bool], *, addresses: Collection[Channel]
) -> None:
    """What somebody needs to know reaches them by one channel at least: they choose which."""
    reached = any(chosen[Group.MUST, channel] for channel in addresses)
    if addresses and not reached:
        raise Invalid(
            "last_channel",
            _("Choose how we tell you what you need to know."),
            field="preferences",
        )


def check_quiet_hours(*, starts: int, ends: int) -> None:
    """Quiet hours are two times of day, in minutes from midnight; equal times mean none."""
    if not (0 <= starts < 1440 and 0 <= ends < 1440):
        raise Invalid("bad_time", _("Choose a time of day."), field="starts")
