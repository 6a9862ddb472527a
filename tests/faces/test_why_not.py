"""Why not this person: every hard rule in words, or a place in the list; by the page and the API alike."""

import re
from typing import Any

import pytest

from accounts import actions as people
from accounts.models import Block, User, VolunteerProfile
from accounts.queries import volunteers_for
from accounts.states import BlockSide, DeskRole
from matching import actions
from matching.models import Offer, Opening
from tests.api.test_own import V1, client_of
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.regions import street
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("door", ["web", "api"])


@pytest.fixture
def clerk(clock: Clock) -> User:
    return accounts.officer()


def ask(door: str, clerk: User, need: Opening, person: User) -> str:
    """Return all that is said of ``person``; the list of who can go is not looked at."""
    if door == "api":
        path = f"{V1}openings/{need.ref}/why-not/"
        answer = client_of(clerk).get(path, {"volunteer": person.volunteer.ref})
        assert answer.status_code == 200, answer.content
        return answer.content.decode()
    page = Visitor(clerk).see(f"/console/openings/{need.ref}/?volunteer={person.volunteer.number}")
    return page.split('id="why-not"')[1].split("<form method=")[0]


@both
def test_each_rule_in_the_way_is_said(door, clerk):
    need, person = matching.opening(), matching.ready_volunteer()
    people.set_windows(volunteer=person.volunteer, windows=[], by=person, now=NOON)
    people.set_limits(
        volunteer=person.volunteer, minutes_per_week=60, paused_until=None, by=person, now=NOON
    )

    said = ask(door, clerk, need, person)

    assert "那时没有空" in said
    assert "本周选定的时间已用完" in said


@both
def test_who_does_not_speak_the_language_is_told_from_who_does(door, clerk):
    need = matching.opening(help_requests.visit(language="SHANGHAINESE"))
    silent, speaks = matching.ready_volunteer(), matching.ready_volunteer()
    people.set_skills(volunteer=speaks.volunteer, skills={"SHANGHAINESE": 1}, by=speaks, now=NOON)

    assert "缺少所需的语言：上海话" in ask(door, clerk, need, silent)
    assert "缺少" not in ask(door, clerk, need, speaks)


@both
def test_who_can_go_has_a_place_in_the_list(door, clerk):
    need = matching.opening()
    near, far = matching.ready_volunteer(), matching.ready_volunteer()
    people.set_area(
        volunteer=far.volunteer,
        region=street(),
        lat=need.lat + 0.03,
        lng=need.lng,
        radius_m=10000,
        by=far,
        now=NOON,
    )

    places = [re.search(r'第 (\d) 位|"place":(\d)', ask(door, clerk, need, p)) for p in (near, far)]

    assert [found[1] or found[2] for found in places] == ["1", "2"]


@both
def test_who_was_asked_or_comes_already_is_told_from_who_cannot(door, clerk):
    need = matching.opening(help_requests.visit(places=3))
    asked, comes = matching.ready_volunteer(), matching.ready_volunteer()
    matching.offer(need, asked)
    actions.accept_offer(offer=matching.offer(need, comes), by=comes, now=NOON)

    assert {"web": "已经问过", "api": '"offer":"SENT"'}[door] in ask(door, clerk, need, asked)
    said = ask(door, clerk, need, comes)

    assert {"web": "已经答应来了", "api": '"holds_place":true'}[door] in said
    assert "时间" not in said


@both
@pytest.mark.parametrize("side", list(BlockSide))
def test_nobody_learns_who_does_not_want_whom(door, side, clerk):
    need, person = matching.opening(), matching.ready_volunteer()
    resident = need.visit.request.resident
    by = resident.user if side == BlockSide.RESIDENT else person
    people.add_block(resident=resident, volunteer=person.volunteer, side=side, by=by, now=NOON)

    said = ask(door, clerk, need, person)

    assert Block.objects.exists()
    assert "这次不合适" in said
    assert "pair" not in said
    assert "BLOCK" not in said.upper()


NEXT_STREET = "310115001"  # in another district, and as near as the first


@both
def test_whoever_is_listed_can_be_asked_and_explained_wherever_they_live(door, clerk):
    need = matching.opening(help_requests.visit(places=2))
    neighbour = matching.ready_volunteer("邻街", home=street(NEXT_STREET)).volunteer
    api, visitor = client_of(clerk), Visitor(clerk)

    listed = [row["volunteer"] for row in api.get(f"{V1}openings/{need.ref}/candidates/").json()]
    explained = ask(door, clerk, need, neighbour.user)
    if door == "api":
        sent = api.post(
            f"{V1}openings/{need.ref}/offers/", {"volunteer": neighbour.ref}, format="json"
        )
        assert sent.status_code == 201, sent.content
    else:
        visitor.do(f"/console/openings/{need.ref}/offer/{neighbour.ref}/")

    assert listed == [neighbour.ref]
    assert {"web": "第 1 位", "api": '"place":1'}[door] in explained
    assert Offer.objects.get().volunteer == neighbour.user
    assert neighbour not in volunteers_for(clerk, now=NOON)  # and nothing else of them is opened


@both
@pytest.mark.parametrize("change", [{"radius_m": 1000, "lat": 31.3}, {"lesson_passed_at": None}])
def test_who_is_not_the_viewers_and_cannot_be_asked_is_unknown_at_the_field(door, change, clerk):
    need = matching.opening()
    stranger = matching.ready_volunteer(home=street(NEXT_STREET))
    VolunteerProfile.objects.filter(user=stranger).update(**change)

    def answer(name: str) -> Any:
        if door == "web":
            return Visitor(clerk).client.get(f"/console/openings/{need.ref}/?volunteer={name}")
        path = f"{V1}openings/{need.ref}/why-not/"
        return client_of(clerk).get(path, {"volunteer": name})

    profile = stranger.volunteer
    if door == "web":
        path = f"/console/openings/{need.ref}/offer/{profile.ref}/"
        assert Visitor(clerk).client.post(path).status_code == 404
    foreign = answer(profile.number if door == "web" else profile.ref)
    absent = answer("V0000000000")

    assert foreign.status_code == absent.status_code == {"web": 422, "api": 400}[door]
    if door == "web":
        assert 'id="id_volunteer_error"' in foreign.content.decode()
        assert "没有这个编号的志愿者" in foreign.content.decode()
    else:
        assert foreign.json()["field"] == "volunteer"
        assert foreign.content == absent.content


def test_a_number_may_be_typed_as_it_is_spoken(clerk):
    need, person = matching.opening(), matching.ready_volunteer()
    number = person.volunteer.number
    typed = f"{number[0].lower()} {number[1:5]} {number[5:8]}-{number[8:]}"
    assert "第 1 位" in Visitor(clerk).see(f"/console/openings/{need.ref}/?volunteer={typed}")


def test_the_page_says_who_was_asked_and_each_part_of_who_can_go(clerk):
    need = matching.opening()
    said_no, person = matching.offer(need), matching.ready_volunteer("李明")
    actions.decline_offer(offer=said_no, reason="TOO_FAR", by=said_no.volunteer, now=NOON)

    page = Visitor(clerk).see(
        f"/console/openings/{need.ref}/", "太远了", "李明", "不需要特别的技能"
    )
    listed = client_of(clerk).get(f"{V1}openings/{need.ref}/candidates/").json()

    (shown,) = listed
    assert sum(shown["parts"].values()) == pytest.approx(shown["score"], abs=1e-6)
    assert shown["volunteer"] == person.volunteer.ref
    score = f"{100 * shown['score']:.1f}"
    assert score in page
    points = [float(found) for found in re.findall(r"得 ([\d.]+)\s+</span>", page)]
    assert sum(points) == pytest.approx(float(score), abs=0.5)


def test_where_nobody_can_go_the_page_and_the_operation_say_why(clerk):
    kind = help_requests.service_type("A2", skills={"LAW": 1}, credentials=["LAWYER"])
    need = matching.opening(help_requests.visit(service_type=kind))
    lawyer = matching.ready_volunteer()
    matching.ready_volunteer()
    path = f"/console/openings/{need.ref}/"
    visitor, words = Visitor(clerk), "缺少有效证件：律师执业证"

    visitor.see(path, "没有人具备全部所需技能：法律")
    people.set_skills(volunteer=lawyer.volunteer, skills={"LAW": 1}, by=lawyer, now=NOON)

    visitor.see(path, "附近的 2 位志愿者中，1 位具备所需技能：法律", f"1 位：{words}")
    visitor.see(f"{path}?more=1", "只差一份证件")
    told = client_of(clerk).get(f"{V1}openings/{need.ref}/widening/").json()["nearby"]
    lacking = [{"words": words, "people": 1}]
    assert told == {"near": 2, "able": 1, "met": 0, "against": lacking, "only_paper": lacking}


def test_where_nobody_is_about_or_all_were_asked_it_is_said(clerk):
    need = matching.opening()
    path = f"/console/openings/{need.ref}/"
    visitor = Visitor(clerk)

    visitor.see(path, "没有人的服务范围到得了这里")
    matching.offer(need, matching.ready_volunteer())

    visitor.see(path, "符合条件的人都已经问过")


@both
def test_what_speaks_against_who_can_go_is_said(door, clerk):
    need, me = matching.opening(), matching.ready_volunteer()
    people.set_categories(volunteer=me.volunteer, categories=[], by=me, now=NOON)
    words = ["没有选这类服务：自动邀约和统筹安排都会跳过", "还没有服务过"]

    if door == "web":
        Visitor(clerk).see(f"/console/openings/{need.ref}/", *words)
    else:
        [one] = client_of(clerk).get(f"{V1}openings/{need.ref}/candidates/").json()
        assert one["against"] == words


def test_five_are_shown_and_the_others_are_one_press_away(clerk):
    need = matching.opening()
    for _n in range(7):
        matching.ready_volunteer()

    shown, more = Visitor(clerk).see(f"/console/openings/{need.ref}/").split("另有 2 位")

    assert shown.count("请这位志愿者") == 5 * len(re.findall("请这位志愿者", more)) // 2
    assert 'start="6"' in more


def test_who_asks_from_the_page_comes_back_to_it(clerk):
    need, person = matching.opening(), matching.ready_volunteer()
    page = f"/console/openings/{need.ref}/"
    path = f"{page}offer/{person.volunteer.ref}/"
    visitor = Visitor(clerk)

    assert visitor.do(path, back=f"/console/requests/{need.visit.request.ref}/").endswith(
        f"{need.visit.request.ref}/"
    )
    for elsewhere in ("//evil.example/", "/\\evil.example/", "https://evil.example/", ""):
        assert visitor.do(path, back=elsewhere) == page
    assert Offer.objects.get().volunteer == person


def test_a_need_that_is_over_shows_what_was_and_nobody_to_ask(clerk):
    task = matching.assignment()

    page = Visitor(clerk).see(f"/console/openings/{task.opening.ref}/", "问过谁")

    assert "why-not" not in page
    elsewhere = Visitor(accounts.officer(DeskRole.STREET, street("310115001")))
    assert elsewhere.client.get(f"/console/openings/{task.opening.ref}/").status_code == 404


def test_what_is_needed_is_said(clerk):
    kind = help_requests.service_type(
        "A2", skills={"LAW": 2}, credentials=["LAWYER"], adults_only=True, remote=True
    )
    need = matching.opening(help_requests.visit(service_type=kind, place="REMOTE", gender_wish="F"))
    Opening.objects.filter(pk=need.pk).update(only_own_volunteers=True)

    page = Visitor(clerk).see(f"/console/openings/{need.ref}/", "电话或视频", "律师", "满 18 岁")

    assert "本组织自己的志愿者" in page
