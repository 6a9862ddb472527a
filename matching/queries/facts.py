"""The facts the engine is told, gathered in a fixed number of queries whatever the pool's size."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Block, VolunteerProfile
from accounts.states import LANGUAGES
from kernel import vault
from kernel.workdays import local_date
from matching.engine import Need, Person, Span
from matching.engine.score import reliability
from matching.models import Assignment, Duty, Opening
from matching.queries import held
from matching.queries.free import free_around
from matching.queries.willing import AFTER_DUTY, duties_at
from matching.queries.wished import wished_by
from matching.queries.work import asked_of_late, kept, lately, week_of, work_of
from matching.states import AssignmentState


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
        languages=LANGUAGES.intersection(opening.skills),
        credentials=frozenset(opening.credentials),
        gender=opening.gender_wish,
        adults_only=opening.adults_only,
        own_volunteers_of=own,
        resident=opening.visit.request.resident_id if opening.visit else None,
        has_preferred=bool(opening.visit and wished_by(opening.visit.request.resident_id).exists()),
        has_known=bool(opening.visit and helpers_of(opening.visit.request.resident_id).exists()),
    )


def helpers_of(resident: int) -> QuerySet[Assignment]:
    """Return the services that were done for this resident (its key)."""
    return Assignment.objects.filter(
        opening__visit__request__resident=resident, state=AssignmentState.DONE
    )


def _tie(need: Need, profile: VolunteerProfile) -> str:
    """Return what orders equals: stable, unguessable; in the demo the same for the same seed."""
    if settings.HUB_TIES is None:
        return vault.blind("tie", f"{need.key} {profile.ref}")
    words = f"{settings.HUB_TIES} {need.when.start} {profile.lat} {profile.lng}"
    return hashlib.sha256(words.encode()).hexdigest()


def people_of(need: Need, pool: QuerySet[VolunteerProfile], *, now: datetime) -> list[Person]:
    """Return the facts about everybody in ``pool`` on the day of the need, as far as it asks for them."""
    profiles = list(pool)
    ids = [profile.pk for profile in profiles]
    users = [profile.user_id for profile in profiles]
    day = local_date(need.when.start)
    skills = held.levels(ids)
    papers = held.papers(ids, day) if need.credentials else {}
    own = {} if need.own_volunteers_of is None else held.organizations(users, day)
    blocked = set[int]()
    if need.resident is not None:
        standing = Block.objects.filter(resident=need.resident, lifted_at__isnull=True)
        blocked.update(standing.filter(volunteer__in=ids).values_list("volunteer", flat=True))
    asked, recent = asked_of_late(users, now=now), lately(local_date(now))
    begins, ends = week_of(day)
    work = work_of(users, since=min(begins, recent), until=ends + timedelta(days=1))
    done, missed = kept(users)
    known, preferred = set[int](), set[int]()
    if need.has_preferred and need.resident is not None:
        preferred.update(
            wished_by(need.resident).filter(volunteer__in=users).values_list("volunteer", flat=True)
        )
    if need.has_known and need.resident is not None:
        known.update(
            helpers_of(need.resident)
            .filter(volunteer__in=users)
            .values_list("volunteer", flat=True)
        )
    free, duties = free_around(need, ids), duties_at(need.when.start, users, now=now)
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
            point=_place(profile, duties.get(profile.user_id)),
            radius_m=profile.radius_m,
            minutes_left_this_week=profile.minutes_per_week
            - work[profile.user_id].minutes_in(begins, ends),
            skills=skills[profile.pk],
            credentials=papers.get(profile.pk, frozenset()),
            free=[*free[profile.pk], *_span(duties.get(profile.user_id))],
            busy=work[profile.user_id].agreed,
            blocked=profile.pk in blocked,
            organizations=own.get(profile.user_id, frozenset()),
            asked=asked.get(profile.user_id, 0),
            served=work[profile.user_id].served_since(recent),
            done_that_day=sum(
                span.minutes for span in work[profile.user_id].done if local_date(span.start) == day
            ),
            reliability=reliability(done[profile.user_id], missed[profile.user_id]),
            is_new=done[profile.user_id] == 0,
            is_known=profile.user_id in known,
            is_preferred=profile.user_id in preferred,
        )
        for profile in profiles
    ]


def _place(profile: VolunteerProfile, duty: Duty | None) -> tuple[float, float] | None:
    """Return where somebody sets out from: on duty, where they are."""
    if duty and duty.lat is not None and duty.lng is not None:
        return duty.lat, duty.lng
    return None if profile.lat is None or profile.lng is None else (profile.lat, profile.lng)


def _span(duty: Duty | None) -> list[Span]:
    """Return when somebody on duty is free, whatever the week says."""
    return [Span(duty.since, duty.until + AFTER_DUTY)] if duty else []
