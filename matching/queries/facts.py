"""The facts the engine is told, gathered in a fixed number of queries whatever the pool's size."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from accounts.models import (
    Availability,
    AvailabilityException,
    Block,
    Credential,
    Skill,
    VolunteerCategory,
    VolunteerProfile,
)
from accounts.states import PaperState
from kernel import vault
from kernel.workdays import at_local, local_date
from matching.engine import Need, Person, Span
from matching.models import Assignment, Offer, Opening
from matching.states import LIVE, AssignmentState
from organizations.models import Membership
from organizations.states import MemberRole

LATELY = timedelta(days=14)


def need_of(opening: Opening) -> Need:
    """Return what the opening asks for, in the engine's words."""
    own = opening.organization_id if opening.only_own_volunteers else None
    point = None if opening.lat is None or opening.lng is None else (opening.lat, opening.lng)
    return Need(
        key=opening.ref,
        when=Span(opening.starts_at, opening.ends_at),
        category=opening.category,
        point=point,
        skills=opening.skills,
        credentials=frozenset(opening.credentials),
        gender=opening.gender_wish,
        adults_only=opening.adults_only,
        own_volunteers_of=own,
        resident=opening.visit.request.resident_id if opening.visit else None,
    )


def _grouped(rows: Iterable[tuple[int, object]]) -> dict[int, list[object]]:
    found: dict[int, list[object]] = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found


def _days(need: Need) -> list[date]:
    first, last = local_date(need.when.start), local_date(need.when.end)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Join stretches that touch, so that two windows in a row, or over midnight, are one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _free(need: Need, ids: Sequence[int]) -> dict[int, list[Span]]:
    """Return when each profile is free around the need: the week's windows, bent by exceptions."""
    days = _days(need)
    weekly: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for row in Availability.objects.filter(
        volunteer__in=ids, weekday__in={day.weekday() for day in days}
    ).values_list("volunteer", "weekday", "starts", "ends"):
        weekly[row[0]].append(row[1:])
    bent: dict[tuple[int, date], list[AvailabilityException]] = defaultdict(list)
    for exception in AvailabilityException.objects.filter(volunteer__in=ids, day__in=days):
        bent[exception.volunteer_id, exception.day].append(exception)
    free = {}
    for pk in ids:
        spans = []
        for day in days:
            exceptions = bent.get((pk, day), [])
            windows = [(e.starts, e.ends) for e in exceptions if e.is_free]
            if not exceptions:
                windows = [(s, e) for weekday, s, e in weekly[pk] if weekday == day.weekday()]
            spans += [Span(at_local(day, s), at_local(day, e)) for s, e in windows]
        free[pk] = _merged(spans)
    return free


def _week(need: Need) -> tuple[datetime, datetime]:
    day = local_date(need.when.start)
    monday = day - timedelta(days=day.weekday())
    return at_local(monday, 0), at_local(monday + timedelta(days=7), 0)


def _tie(need: Need, profile: VolunteerProfile) -> str:
    """Return what orders equals: stable, unguessable; in the demo the same for the same seed."""
    if settings.HUB_TIES is None:
        return vault.blind("tie", f"{need.key} {profile.ref}")
    words = f"{settings.HUB_TIES} {need.when.start} {profile.lat} {profile.lng}"
    return hashlib.sha256(words.encode()).hexdigest()


def people_of(need: Need, pool: QuerySet[VolunteerProfile], *, now: datetime) -> list[Person]:
    """Return the facts about everybody in ``pool`` on the day of the need."""
    profiles = list(pool)
    ids = [profile.pk for profile in profiles]
    users = [profile.user_id for profile in profiles]
    day = local_date(need.when.start)
    skills: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, code, level in Skill.objects.filter(volunteer__in=ids).values_list(
        "volunteer", "code", "level"
    ):
        skills[pk][code] = level
    papers = _grouped(
        Credential.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            volunteer__in=ids,
            state=PaperState.VALID,
        ).values_list("volunteer", "kind")
    )
    wanted = _grouped(
        VolunteerCategory.objects.filter(volunteer__in=ids).values_list("volunteer", "category")
    )
    own = _grouped(
        Membership.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
            user__in=users,
            role=MemberRole.VOLUNTEER,
            confirmed_at__isnull=False,
        ).values_list("user", "organization")
    )
    blocked = set(
        Block.objects.filter(
            resident_id=need.resident, volunteer__in=ids, lifted_at__isnull=True
        ).values_list("volunteer", flat=True)
    )
    asked = _counts(Offer.objects.filter(volunteer__in=users, sent_at__gte=now - LATELY))
    served, busy, minutes = _work(need, users, now=now)
    free = _free(need, ids)
    return [
        Person(
            id=profile.user_id,
            tie=_tie(need, profile),
            is_verified=profile.is_verified,
            is_adult=profile.is_adult,
            has_guardian_consent=profile.guardian_consent_at is not None,
            is_suspended=profile.suspended_at is not None,
            is_paused=profile.paused_until is not None and profile.paused_until >= day,
            lesson_passed=profile.lesson_passed_at is not None,
            sex=profile.sex,
            point=None if profile.lat is None else (profile.lat, profile.lng or 0.0),
            radius_m=profile.radius_m,
            minutes_left_this_week=profile.minutes_per_week - minutes[profile.user_id],
            skills=skills[profile.pk],
            credentials=frozenset(map(str, papers.get(profile.pk, []))),
            categories=frozenset(map(str, wanted.get(profile.pk, []))),
            free=free[profile.pk],
            busy=busy[profile.user_id],
            blocked=profile.pk in blocked,
            organizations=frozenset(own.get(profile.user_id, [])),  # type: ignore[arg-type]
            asked=asked.get(profile.user_id, 0),
            served=served[profile.user_id],
        )
        for profile in profiles
    ]


def _counts(offers: QuerySet[Offer]) -> dict[int, int]:
    return dict(offers.values_list("volunteer").annotate(times=Count("pk")).order_by())


def _work(
    need: Need, users: Sequence[int], *, now: datetime
) -> tuple[dict[int, int], dict[int, list[Span]], dict[int, int]]:
    """Return per user: services of late, live commitments around the need, minutes in its week."""
    begins, ends = _week(need)
    since = min(begins, now - LATELY)
    served: dict[int, int] = defaultdict(int)
    busy: dict[int, list[Span]] = defaultdict(list)
    minutes: dict[int, int] = defaultdict(int)
    rows = Assignment.objects.filter(
        volunteer__in=users,
        state__in=[*LIVE, AssignmentState.DONE],
        opening__starts_at__lt=ends + timedelta(days=1),
        opening__ends_at__gt=since,
    ).values_list("volunteer", "state", "opening__starts_at", "opening__ends_at")
    for user, state, start, end in rows:
        if state == AssignmentState.DONE:
            served[user] += end > now - LATELY
        else:
            busy[user].append(Span(start, end))
        if begins <= start < ends:
            minutes[user] += int((end - start).total_seconds() // 60)
    return served, busy, minutes
