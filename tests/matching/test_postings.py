"""The posting table says what it is derived from, whatever happens to people and tasks."""

from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command

from accounts import actions as people
from accounts.models import VolunteerProfile
from accounts.states import Category, Purpose, SkillCode
from help_requests import actions as requests
from kernel.workdays import local_date
from matching import actions, audit, jobs
from matching.models import Assignment, Posting
from matching.models.postings import DERIVED
from matching.queries import posted
from tests.factories import accounts, matching
from tests.factories.accounts import NOON
from tests.factories.regions import city

pytestmark = pytest.mark.django_db


def broken() -> list[str]:
    """Return what ``verify`` says of the table."""
    return [row for rule, row in audit.broken() if rule == "I19"]


def table() -> list[tuple[object, ...]]:
    return list(Posting.objects.order_by("volunteer", "skill").values_list("skill", *DERIVED))


def test_who_may_be_asked_stands_in_it_and_nobody_else():
    user = matching.ready_volunteer()
    accounts.volunteer(verified=False)
    rows = Posting.objects.filter(volunteer=user.volunteer)
    assert Posting.objects.count() == rows.count() == 1 + user.volunteer.skills.count()

    office = accounts.officer(role="CITY", region=city())
    people.suspend_volunteer(volunteer=user.volunteer, reason="see case 7", by=office, now=NOON)
    assert not rows.exists()

    people.restore_volunteer(volunteer=user.volunteer, by=office, now=NOON)
    assert rows.exists()

    people.erase_person(user=user, by=user, now=NOON)
    assert not rows.exists()
    assert broken() == []


def test_a_skill_that_is_given_up_is_not_found_any_more():
    user = matching.ready_volunteer()
    for skills in ({SkillCode.LAW: 2, SkillCode.ART: 1}, {SkillCode.LAW: 3}):
        people.set_skills(volunteer=user.volunteer, skills=skills, by=user, now=NOON)

    found = Posting.objects.filter(volunteer=user.volunteer).order_by("skill")
    assert list(found.values_list("skill", "level")) == [("", 0), ("LAW", 3)]


def test_agreed_moved_and_called_off_it_knows_when_somebody_is_free():
    task = matching.assignment()
    opening, user = task.opening, task.volunteer
    row = Posting.objects.get(volunteer=user.volunteer, skill="")
    day = local_date(opening.starts_at)
    hours = posted.slots(12 * 60, 14 * 60)  # from noon to two

    assert getattr(row, posted.day_column(day)) == ((1 << 48) - 1) & ~hours
    assert getattr(row, posted.left_column(day)) == row.week_minutes - 120

    visit = opening.visit
    requests.move_visit(
        visit=visit,
        starts_at=visit.starts_at + timedelta(hours=3),
        by=visit.request.asked_by,
        now=NOON,
    )
    row.refresh_from_db()
    later = posted.slots(15 * 60, 17 * 60)
    assert getattr(row, posted.day_column(day)) == ((1 << 48) - 1) & ~later

    actions.cancel_assignment(assignment=task, reason="ill", by=user, now=NOON)
    row.refresh_from_db()
    assert getattr(row, posted.day_column(day)) == (1 << 48) - 1
    assert getattr(row, posted.left_column(day)) == row.week_minutes
    assert broken() == []


def test_what_was_done_counts_for_two_weeks(clock):
    task = matching.assignment()
    clock.now = task.opening.ends_at
    actions.mark_checked_in(assignment=task, by=task.volunteer, now=clock.now)
    actions.mark_done(assignment=task, by=task.volunteer, now=clock.now)
    row = Posting.objects.get(volunteer=task.volunteer.volunteer, skill="")
    assert (row.recent, row.is_new, round(row.reliability, 3)) == (1, False, 0.911)

    clock.now += timedelta(days=15)
    people_there = Posting.objects.filter(skill="").count()
    Posting.objects.exclude(volunteer=row.volunteer).delete()
    assert actions.post_day(now=clock.now) == people_there
    row.refresh_from_db()
    assert (row.recent, row.is_new, row.posted_on) == (0, False, local_date(clock.now))
    jobs.post_day()
    assert broken() == []


def _deed(random: Random, profile: VolunteerProfile) -> None:
    """Do one thing of many to a profile."""
    who = {"volunteer": profile, "by": profile.user, "now": NOON}
    today = local_date(NOON)
    windows = [(day, 60 * random.randrange(12), 60 * random.randrange(13, 25)) for day in range(7)]
    consent = profile.user.consents.filter(purpose=Purpose.MATCHING, withdrawn_at=None).first()
    days = [today + timedelta(days=random.randrange(20)) for _n in range(2)]
    held = random.sample(SkillCode.values, random.randrange(4))
    paused = random.choice((None, today + timedelta(days=3)))
    deeds = [
        lambda: people.set_skills(skills={code: random.randint(1, 3) for code in held}, **who),
        lambda: people.set_windows(windows=random.sample(windows, random.randrange(8)), **who),
        lambda: people.set_exceptions(
            days_off=days[:1], free=[(day, 30, 90) for day in days[1:] if day != days[0]], **who
        ),
        lambda: people.set_area(
            region=profile.region, radius_m=random.randrange(500, 60_000), **who
        ),
        lambda: people.set_limits(
            minutes_per_week=random.randrange(6000), paused_until=paused, **who
        ),
        lambda: people.set_categories(categories=random.sample(Category.values, 3), **who),
        lambda: (
            people.withdraw_consent(consent=consent, by=profile.user, now=NOON)
            if consent
            else people.give_consent(
                subject=profile.user,
                purpose=Purpose.MATCHING,
                text_version="1",
                by=profile.user,
                now=NOON,
            )
        ),
        lambda: matching.assignment(matching.opening(), matching.ready_volunteer()),
        lambda: _end_a_task(random),
    ]
    random.choice(deeds)()


def _end_a_task(random: Random) -> None:
    tasks = list(Assignment.objects.filter(state="LIVE"))
    if tasks:
        task = random.choice(tasks)
        actions.cancel_assignment(assignment=task, reason="", by=task.volunteer, now=NOON)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_many_changes_it_is_as_if_made_anew(seed):
    random = Random(seed)
    crowd = [matching.ready_volunteer().volunteer for _n in range(4)]
    for _n in range(40):
        _deed(random, random.choice(crowd))
    kept = table()
    assert broken() == []

    Posting.objects.all().delete()
    out = StringIO()
    Posting.objects.bulk_create(posted.rows_of([p.pk for p in crowd], today=local_date(NOON)))
    assert actions.post_all(now=NOON) > len(crowd)
    call_command("post_volunteers", stdout=out)
    assert "volunteers can be found" in out.getvalue()

    assert actions.post_all(now=NOON)
    assert table() == kept


def test_what_is_not_true_is_named():
    first, second, third = (matching.ready_volunteer().volunteer for _n in range(3))
    Posting.objects.filter(volunteer=first, skill="").update(left0=1, left1=1, left2=1)
    Posting.objects.filter(volunteer=second).delete()
    stray = Posting.objects.get(volunteer=third, skill="")
    stray.pk, stray.skill = None, "LAW"
    stray.save()

    named = broken()

    assert len(named) == 3
    assert any("not what it is derived from" in row for row in named)
    assert any(row.endswith(f"#{second.pk}: missing") for row in named)
    assert any("LAW: too much or missing" in row for row in named)
    actions.post_all(now=NOON)
    assert broken() == []
