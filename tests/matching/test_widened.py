"""Who would be added if one thing of a need were otherwise: named, by every rule, to the minute."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions as people
from accounts.models import User, VolunteerProfile
from accounts.states import BlockSide, DeskRole, Purpose
from kernel.refusals import Invalid
from matching import actions, queries
from matching.models import Opening
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.factories.regions import street

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NEXT_STREET = "310115001"  # in another district, and as near as the first


def need_of_help(code: str = "B1", *, visit=None, **kind) -> Opening:
    """Return a need of 20:00 to 22:00 on the 6th of March, a Friday."""
    service = help_requests.service_type(code, **kind)
    return matching.opening(help_requests.visit(service_type=service, **(visit or {})))


def able(need, name="王芳", *, km=0.0, radius_m=3_000, skills=None, home=None) -> User:
    user = matching.ready_volunteer(name, home=home or street())
    people.set_area(
        volunteer=user.volunteer,
        region=home or street(),
        radius_m=radius_m,
        lat=need.lat + km / 111.2,
        lng=need.lng,
        by=user,
        now=NOON,
    )
    people.set_skills(volunteer=user.volunteer, skills=skills or {}, by=user, now=NOON)
    return user


def free_at(user, begins, ends):
    """Let somebody be free on that day between these hours only."""
    windows = [(VISIT_AT.weekday(), int(begins * 60), int(ends * 60))]
    people.set_windows(volunteer=user.volunteer, windows=windows, by=user, now=NOON)


def look(need, key, by=None, **given):
    change = queries.change_of(need, key, now=NOON)
    viewer = by or accounts.officer()
    return queries.widened(need, change, viewer=viewer, now=NOON, **given)


def names(found):
    return [one.profile.name for one in found.listed]


def test_who_lives_a_little_too_far_is_named_with_how_far_and_nobody_else():
    need = need_of_help()
    able(need, "能去")
    able(need, "稍远", km=4.5)
    able(need, "太远", km=7)
    free_at(able(need, "没空", km=4.5), 1, 2)
    unkind = able(need, "不要", km=4.5)
    people.add_block(
        resident=need.visit.request.resident,
        volunteer=unkind.volunteer,
        side=BlockSide.VOLUNTEER,
        by=unkind,
        now=NOON,
    )
    silent = able(need, "没同意", km=4.5)
    consent = silent.consents.get(purpose=Purpose.MATCHING)
    people.withdraw_consent(consent=consent, by=silent, now=NOON)

    found = look(need, "radius:2")

    assert (found.people, found.elsewhere, found.is_all) == (1, 0, True)
    [one] = found.listed
    assert one.profile.name == "稍远"
    assert one.candidate.distance_m == pytest.approx(4500, abs=300)
    assert len(one.lacks) == 1
    assert "公里" in one.lacks[0]
    assert queries.widening(need, now=NOON)["radius"] == [[2, 1], [5, 2]]


def test_who_lives_too_far_in_another_office_s_area_is_counted_only():
    need = need_of_help()
    able(need, "本街", km=4.5)
    able(need, "邻街", km=4.5, home=street(NEXT_STREET))

    found = look(need, "radius:2")
    city = look(need, "radius:2", accounts.officer(DeskRole.CITY, street().parent.parent))

    assert (found.people, found.elsewhere, names(found)) == (2, 1, ["本街"])
    assert (city.people, city.elsewhere, sorted(names(city))) == (2, 0, ["本街", "邻街"])


def test_at_another_time_their_own_time_and_what_they_agreed_to_count():
    need = need_of_help()
    begins = (VISIT_AT + 8 * HOUR).hour
    able(need, "能去")
    free_at(able(need, "早一点"), begins - 1, begins + 1)
    free_at(able(need, "早半点"), begins - 0.5, begins + 1.5)
    busy = able(need, "有约")
    free_at(busy, begins - 1, begins + 1)
    other = matching.opening(help_requests.visit(starts_at=VISIT_AT - HOUR, minutes=60))
    actions.accept_offer(offer=matching.offer(other, busy), by=busy, now=NOON)

    found = look(need, "hour:-1")

    assert names(found) == ["早一点"]
    assert found.listed[0].lacks == ["那时没有空"]
    assert names(look(need, "hour:1")) == []


def test_what_the_table_knows_to_half_hours_only_is_looked_at_to_the_minute():
    need = need_of_help(visit={"starts_at": VISIT_AT + timedelta(minutes=10)})
    begins = (VISIT_AT + 8 * HOUR).hour
    user = able(need, "差十分")  # of the last half hour that is needed they have five minutes
    windows = [(VISIT_AT.weekday(), 60 * (begins - 1), 60 * (begins + 2) + 5)]
    people.set_windows(volunteer=user.volunteer, windows=windows, by=user, now=NOON)

    found = look(need, "hour:-1")

    assert queries.widening(need, now=NOON) == {}  # counted roughly, they can go now
    assert (names(found), found.people) == (["差十分"], 1)


def test_a_lower_skill_a_wish_and_a_kind():
    need = need_of_help("H8", skills={"LAW": 2, "SHANGHAINESE": 1}, visit={"gender_wish": "F"})
    both = {"LAW": 2, "SHANGHAINESE": 1}
    some = able(need, "略懂法", skills={"LAW": 1, "SHANGHAINESE": 1})
    mute = able(need, "不会话", skills={"LAW": 2})
    man, other = able(need, "先生", skills=both), able(need, "别类", skills=both)
    people.set_categories(volunteer=other.volunteer, categories=["A"], by=other, now=NOON)
    for user, sex in ((some, "F"), (mute, "F"), (man, "M"), (other, "F")):
        VolunteerProfile.objects.filter(user=user).update(sex=sex)
        actions.post(volunteers=[user.volunteer.pk], now=NOON)

    found = {key: look(need, key) for key in ("skill:LAW:1", "skill:LAW:0", "gender", "category")}
    found["words"] = look(need, "skill:SHANGHAINESE:0")

    assert {key: names(one) for key, one in found.items()} == {
        "skill:LAW:1": ["略懂法"],
        "skill:LAW:0": ["略懂法"],
        "gender": ["先生"],
        "category": ["别类"],
        "words": ["不会话"],
    }
    assert found["category"].listed[0].lacks == []
    assert "没有选这类服务" in found["category"].listed[0].against[0]
    assert all(len(one.listed[0].lacks) == 1 for key, one in found.items() if key != "category")


def test_who_can_go_now_is_found_where_they_are():
    need = need_of_help(visit={"starts_at": NOON + HOUR, "urgency": "URGENT"})
    here = able(need, "在附近", km=30)
    free_at(here, 1, 2)
    actions.go_on_duty(lat=need.lat + 4 / 111.2, lng=need.lng, by=here, now=NOON)

    found = look(need, "radius:2")

    assert names(found) == ["在附近"]
    assert found.listed[0].candidate.distance_m == pytest.approx(4000, abs=500)


def test_who_was_asked_is_not_listed():
    need = need_of_help(visit={"places": 2})
    user = able(need)
    matching.offer(need, user)
    people.set_categories(volunteer=user.volunteer, categories=["A"], by=user, now=NOON)

    assert look(need, "category").people == 0


def test_more_than_are_looked_at_is_said():
    need = need_of_help()
    for _n in range(3):
        able(need, km=4.5)

    few = look(need, "radius:2", top=1)
    cut = look(need, "radius:2", most=2)

    assert (few.people, len(few.listed), few.is_all) == (3, 1, True)
    assert (cut.people, len(cut.listed), cut.is_all) == (2, 2, False)


@pytest.mark.parametrize(
    "key", ["", "radius", "radius:4", "hour:0", "hour:-24", "skill:LAW:0", "gender", "x" * 40]
)
def test_what_this_need_cannot_be_is_refused(key):
    need = need_of_help(visit={"starts_at": NOON + 20 * HOUR})

    with pytest.raises(Invalid) as refused:
        queries.change_of(need, key, now=NOON)

    assert (refused.value.code, refused.value.field) == ("unknown_change", "otherwise")
    assert "radius:2" in refused.value.message


def test_a_service_from_afar_is_near_to_everybody():
    need = need_of_help()
    Opening.objects.filter(pk=need.pk).update(lat=None, lng=None)
    need.refresh_from_db()

    assert not {one.what for one in queries.changes(need, now=NOON)} & {"radius", "gender"}


@pytest.mark.parametrize("key", ["radius:2", "hour:-1", "category"])
def test_it_reads_as_often_for_three_as_for_one(key):
    need, viewer = need_of_help(), accounts.officer()
    begins = (VISIT_AT + 8 * HOUR).hour

    def add():
        user = able(need, km=4.5 if key == "radius:2" else 0.0)
        if key == "hour:-1":
            free_at(user, begins - 1, begins + 1)
        if key == "category":
            people.set_categories(volunteer=user.volunteer, categories=["A"], by=user, now=NOON)

    look(need, key, viewer)  # what is read once of the viewer
    reads, counts = [], []
    for more in (1, 2):
        for _n in range(more):
            add()
        with CaptureQueriesContext(connection) as asked:
            counts.append(look(need, key, viewer).people)
        reads.append(len(asked))

    assert counts == [1, 3]
    assert reads[0] == reads[1] <= 50
