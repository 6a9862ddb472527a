"""A person's notices and choices, what is to be sent, and what sockets watch."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from accounts.models import User
from kernel import vault
from kernel.models import Session
from notifications.models import Dispatch, Notice, Preference, QuietHours
from notifications.rules import DEFAULTS
from notifications.states import Channel, DispatchState, Group

WATCHED = 500  # newest notices of all people that a web process compares, once a second


def notices_for(viewer: User | None) -> QuerySet[Notice]:
    """Return the viewer's own notices, the newest first."""
    return Notice.objects.filter(user=viewer).order_by("-pk")


def notices_after(viewer: User, cursor: int) -> QuerySet[Notice]:
    """Return the viewer's notices that came after ``cursor`` (a key), oldest first: what a lost socket
    would have hinted at."""
    return Notice.objects.filter(user=viewer, pk__gt=cursor).order_by("pk")


def cursor_of(viewer: User) -> int:
    """Return the key of the viewer's newest notice, 0 when there is none."""
    return notices_for(viewer).values_list("pk", flat=True).first() or 0


def unread_count(viewer: User) -> int:
    """Return how many notices the viewer has not read."""
    return Notice.objects.filter(user=viewer, read_at__isnull=True).count()


def inbox_of(viewer: User) -> tuple[int, int]:
    """Return how many notices are unread, and the key of the newest (0 when there is none), in one look."""
    found = Notice.objects.filter(user=viewer).aggregate(
        unread=Count("pk", filter=Q(read_at__isnull=True)), newest=Max("pk")
    )
    return found["unread"], found["newest"] or 0


def not_told(onces: Iterable[str]) -> list[str]:
    """Return which of these keys no notice was made under yet, in the same order."""
    keys = list(onces)
    made = set(Notice.objects.filter(once__in=keys).values_list("once", flat=True))
    return [key for key in keys if key not in made]


def newest_notices() -> dict[int, int]:
    """Return the newest notices of all people: key to user's key. For the watch of the sockets only.

    A set is compared, not a greatest key: notices of different people may be seen in another order
    than that of their keys.
    """
    newest = Notice.objects.order_by("-pk").values_list("pk", "user_id")
    return dict(newest[:WATCHED])


def sessions_alive(keys: Iterable[str], *, now: datetime) -> set[str]:
    """Return which of these session keys still open a session."""
    by_index = {vault.blind("session", key): key for key in keys}
    alive = Session.objects.filter(key_index__in=by_index, expires_at__gt=now)
    return {by_index[index] for index in alive.values_list("key_index", flat=True)}


def session_hashes(user_ids: Iterable[int]) -> dict[int, str]:
    """Return what a session of each person is bound to now (password and epoch); none for who is out."""
    users = User.objects.filter(
        pk__in=list(user_ids), is_active=True, suspended_at__isnull=True, erased_at__isnull=True
    )
    return {user.pk: user.get_session_auth_hash() for user in users}


def preferences_of(user: User) -> dict[tuple[Group, Channel], bool]:
    """Return the whole table group × channel, with what was never chosen as it is by default."""
    rows = Preference.objects.filter(user=user).values_list("group", "channel", "is_on")
    chosen = {(Group(group), Channel(channel)): is_on for group, channel, is_on in rows}
    return {**DEFAULTS, **chosen}


def addresses_of(user: User) -> dict[Channel, str]:
    """Return where ``user`` can be written to."""
    given = {Channel.EMAIL: user.email, Channel.SMS: user.phone}
    return {channel: str(address) for channel, address in given.items() if address}


def quiet_hours_of(user: User) -> QuietHours:
    """Return the person's quiet hours, 21:00 to 8:00 unless they chose others."""
    return QuietHours.objects.filter(user=user.pk).first() or QuietHours(user=user)


def due_messages(*, now: datetime) -> QuerySet[Dispatch]:
    """Return the messages that are to be sent, the one due longest first."""
    return (
        Dispatch.objects.filter(state=DispatchState.WAITING, send_at__lte=now)
        .select_related("key")
        .order_by("send_at", "pk")
    )


def outbox() -> QuerySet[Dispatch]:
    """Return what was sent and is not forgotten, newest first: for the page of the demo, nowhere else."""
    if not settings.DEMO:
        return Dispatch.objects.none()
    return (
        Dispatch.objects.filter(words__isnull=False, key__destroyed_at__isnull=True)
        .select_related("key")
        .order_by("-pk")
    )
