"""I can go now, not this kind for a while, what could I do, what would find more: by page and API alike."""

import re
from datetime import timedelta
from typing import Any

import pytest

from accounts import actions as people
from accounts.models import User
from accounts.states import Category, CredentialKind, Purpose, SkillCode
from matching import actions, queries
from matching.models import Assignment, Duty, KindPause, Opening
from tests.api.test_own import V1, client_of, said
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.factories.regions import street
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("door", ["web", "api"])


@pytest.fixture
def me(clock: Clock) -> User:
    return matching.ready_volunteer()


def need(code: str = "B1", *, hours: int = 0, visit: Any = None, **kind: Any) -> Opening:
    """Return an open need whose resident allows automatic matching."""
    resident = accounts.resident()
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    service = help_requests.service_type(code, **kind)
    return matching.opening(
        help_requests.visit(
            resident,
            service_type=service,
            starts_at=VISIT_AT + timedelta(hours=hours),
            **(visit or {}),
        )
    )


@both
@pytest.mark.parametrize("away", [False, True])
def test_somebody_can_go_now_from_home_or_another_street(door, away, me):
    place = street("310115001")
    if door == "web":
        page = Visitor(me).see("/volunteer/duty/", f'<optgroup label="{place.parent}">')
        assert f'value="{place.code}">{place}<' in page.replace("\n", "").replace("  ", "")
        Visitor(me).do("/volunteer/duty/", region=place.code if away else "home")
    else:
        body = {"region": place.code} if away else {}
        answer = said(client_of(me).post(f"{V1}me/duty/", body, format="json"))
        assert answer["is_on_duty"] is True

    duty = Duty.objects.get()
    assert (duty.volunteer, duty.until - duty.since) == (me, timedelta(hours=2))
    assert (duty.lat is not None) == away


@both
def test_it_is_shown_until_when_and_where_and_ended(door, me):
    place = street("310115001")
    type(place).objects.filter(pk=place.pk).update(lat=place.lat + 0.1)
    place.refresh_from_db()
    actions.go_on_duty(lat=place.lat, lng=place.lng, by=me, now=NOON)
    if door == "web":
        page = Visitor(me).see("/volunteer/", "您现在可以马上去", "14:00")
        assert place.name in page.split('id="duty"')[1].split("</section>")[0]
        Visitor(me).do("/volunteer/duty/end/")
        Visitor(me).see("/volunteer/", "现在有空吗")
    else:
        shown = said(client_of(me).get(f"{V1}me/duty/"))
        assert (shown["is_on_duty"], shown["lat"] is None) == (True, False)
        ended = said(client_of(me).delete(f"{V1}me/duty/"))
        assert (ended["is_on_duty"], ended["until"]) == (False, None)

    assert Duty.objects.get().ended_at == NOON


def test_at_home_the_page_says_so(me):
    actions.go_on_duty(by=me, now=NOON)

    Visitor(me).see("/volunteer/", "家附近")


@both
def test_who_may_not_be_asked_is_told_what_is_missing(door, clock):
    somebody = accounts.volunteer(verified=False).user
    if door == "web":
        assert 'action="/volunteer/duty/"' not in Visitor(somebody).see("/volunteer/")
        page = refused_page(Visitor(somebody), "/volunteer/duty/", region="home")
        assert "先完成" in page
    else:
        answer = said(client_of(somebody).post(f"{V1}me/duty/", {}, format="json"), 409)
        assert answer["code"] == "not_ready"
    assert not Duty.objects.exists()


def test_who_is_no_volunteer_becomes_one_first(clock):
    visitor = Visitor(accounts.user())
    for path in ("/volunteer/duty/", "/volunteer/possible/"):
        assert visitor.client.get(path)["Location"] == "/volunteer/register/identity/"
    for path in ("me/duty/", "me/pauses/", "me/possible/"):
        assert said(client_of(accounts.user()).get(V1 + path), 403)["code"] == "not_a_volunteer"


@both
def test_a_no_stops_a_kind_until_it_is_asked_for_again(door, me):
    offer = matching.offer(to=me)
    kind = offer.opening.category
    if door == "web":
        visitor = Visitor(me)
        visitor.do(f"/offers/{offer.ref}/decline/", reason="NOT_MY_KIND", pause_days="90")
        visitor.see("/volunteer/limits/", "再问我")
    else:
        api = client_of(me)
        given = {"reason": "NOT_MY_KIND", "pause_days": 90}
        said(api.post(f"{V1}offers/{offer.ref}/decline/", given, format="json"))
        (shown,) = said(api.get(f"{V1}me/pauses/"))
        assert shown["category"] == kind
    assert (KindPause.objects.get().until - NOON.date()).days == 90

    if door == "web":
        visitor.do(f"/volunteer/pauses/{kind}/end/")
        assert "再问我" not in visitor.see("/volunteer/limits/")
    else:
        assert said(api.delete(f"{V1}me/pauses/{kind}/")) == []
    assert not KindPause.objects.exists()


@both
def test_a_no_alone_stops_nothing_and_a_year_is_the_most(door, me):
    offer = matching.offer(to=me)
    if door == "web":
        refused_page(
            Visitor(me), f"/offers/{offer.ref}/decline/", reason="NO_TIME", pause_days="400"
        )
        Visitor(me).do(f"/offers/{offer.ref}/decline/", reason="NO_TIME")
        assert Visitor(me).client.post("/volunteer/pauses/Z/end/").status_code == 404
    else:
        api = client_of(me)
        path = f"{V1}offers/{offer.ref}/decline/"
        said(api.post(path, {"reason": "NO_TIME", "pause_days": 366}, format="json"), 400)
        said(api.post(path, {"reason": "NO_TIME"}, format="json"))
        said(api.delete(f"{V1}me/pauses/Z/"), 404)

    assert not KindPause.objects.exists()


@both
def test_what_fits_is_shown_without_who_needs_it_and_taken_at_once(door, me):
    fits = need()
    who = fits.visit.request.resident
    if door == "web":
        page = Visitor(me).see("/volunteer/possible/", "我可以去", fits.region.name)
        Visitor(me).do(f"/volunteer/possible/{fits.ref}/apply/")
    else:
        api = client_of(me)
        shown = api.get(f"{V1}me/possible/")
        page = shown.content.decode()
        assert [row["ref"] for row in said(shown)["fits"]] == [fits.ref]
        path, key = f"{V1}me/possible/{fits.ref}/apply/", {"Idempotency-Key": "k"}
        made = said(api.post(path, {}, format="json", headers=key), 201)
        assert said(api.post(path, {}, format="json", headers=key), 201) == made

    assert who.name not in page
    assert str(who.ref) not in page
    assert Assignment.objects.get().volunteer == me


@both
def test_what_does_not_fit_or_is_another_s_is_not_there(door, me):
    beyond = need("H1", skills={SkillCode.LAW: 2})
    nobody = accounts.user()
    for user, ref in ((me, beyond.ref), (me, "a" * 22), (nobody, need().ref)):
        if door == "web":
            path = f"/volunteer/possible/{ref}/apply/"
            assert Visitor(user).client.post(path).status_code == 404
        else:
            path = f"{V1}me/possible/{ref}/apply/"
            said(client_of(user).post(path, {}, format="json"), 404)
    assert not Assignment.objects.exists()


def test_a_card_says_what_is_needed_and_is_looked_at_before_it_is_taken(me):
    fits = need("C7", skills={SkillCode.READING: 1}, visit={"language": "SHANGHAINESE"})
    type(fits.visit.request.resident).objects.update(no_voice=True)
    skills = {SkillCode.READING: 2, SkillCode.SHANGHAINESE: 1}
    people.set_skills(volunteer=me.volunteer, skills=skills, by=me, now=NOON)
    visitor, path = Visitor(me), f"/volunteer/possible/{fits.ref}/apply/"

    card = visitor.see("/volunteer/possible/", f'href="{path}"')
    check = visitor.see(path, f'action="{path}"')

    for page in (card, check):
        for words in (str(SkillCode.READING.label), "上海话", "请发文字，不要打电话"):
            assert words in page, words
    assert "<form" not in card.split('id="fits"')[1].split("</section>")[0]
    assert not Assignment.objects.exists()


def test_who_is_not_ready_looks_but_has_no_button(me):
    fits = need()
    me.volunteer.suspended_at = NOON
    me.volunteer.save()
    path = f"/volunteer/possible/{fits.ref}/apply/"

    assert f'action="{path}"' not in Visitor(me).see(path, "完成注册")


def test_who_is_not_ready_sees_but_does_not_take(me):
    fits = need()
    me.volunteer.suspended_at = NOON
    me.volunteer.save()

    page = Visitor(me).see("/volunteer/possible/", "完成注册")

    assert f"/volunteer/possible/{fits.ref}/apply/" not in page


@both
def test_one_thing_more_each_with_where_it_is_set(door, me):
    need("H1", skills={SkillCode.LAW: 2})
    need("H4", credentials=[CredentialKind.LAWYER])
    need("C1")
    need(hours=6)
    windows = [(day, 0, 15 * 60) for day in range(7)]
    wanted = set(Category.values) - {"C"}
    people.set_windows(volunteer=me.volunteer, windows=windows, by=me, now=NOON)
    people.set_categories(volunteer=me.volunteer, categories=wanted, by=me, now=NOON)

    if door == "web":
        page = Visitor(me).see("/volunteer/possible/")
        profile, papers = "/volunteer/profile/", "/volunteer/credentials/"
        assert re.findall(r'<li><a class="vh-deed" href="([\w/]+)">([^<]+)</a>', page) == [
            (profile, "如果您会“法律”（熟练）：多 1 件"),
            (profile, "如果“沟通”也可以问您：多 1 件"),
            (papers, "如果您有“律师执业证”证件：多 1 件"),
            (profile, "如果您周五 18:00 起有空：多 1 件"),
        ]
    else:
        assert said(client_of(me).get(f"{V1}me/possible/"))["more"] == [
            {"what": "skill", "code": "LAW", "level": 2, "needs": 1},
            {"what": "category", "code": "C", "needs": 1},
            {"what": "paper", "code": "LAWYER", "needs": 1},
            {"what": "hour", "weekday": 4, "hour": 18, "needs": 1},
        ]


@both
def test_on_a_pause_it_is_said_first_and_what_ending_it_would_give(door, me):
    need()
    until = VISIT_AT.date()
    people.set_limits(
        volunteer=me.volunteer, minutes_per_week=600, paused_until=until, by=me, now=NOON
    )

    if door == "web":
        page = Visitor(me).see("/volunteer/possible/", "您在暂停中", "不暂停的话，还有 1 件适合您")
        assert page.index('id="paused"') < page.index('id="fits"')
        assert "起有空" not in page
    else:
        shown = said(client_of(me).get(f"{V1}me/possible/"))
        assert (shown["paused_until"], shown["fits"]) == (until.isoformat(), [])
        assert shown["more"] == [{"what": "pause", "needs": 1}]


def test_a_pause_without_a_need_says_so(me):
    people.set_limits(
        volunteer=me.volunteer, minutes_per_week=600, paused_until=NOON.date(), by=me, now=NOON
    )

    Visitor(me).see("/volunteer/possible/", "就算不暂停")


def test_hours_of_one_weekday_are_one_line_and_an_empty_list_says_so(me):
    Visitor(me).see("/volunteer/possible/", "只差一样就合适")
    for hours in (4, 6):
        need(f"B{hours}", hours=hours)
    windows = [(day, 0, 15 * 60) for day in range(7)]
    people.set_windows(volunteer=me.volunteer, windows=windows, by=me, now=NOON)

    Visitor(me).see("/volunteer/possible/", "如果您周五 16:00、18:00 起有空：多 2 件")


def test_on_a_pause_the_page_of_today_does_not_say_that_one_is_asked(me):
    actions.go_on_duty(by=me, now=NOON)
    people.set_limits(
        volunteer=me.volunteer, minutes_per_week=600, paused_until=NOON.date(), by=me, now=NOON
    )

    page = Visitor(me).see("/volunteer/", "您在暂停中", "/volunteer/limits/")

    assert "您现在可以马上去" not in page
    assert 'action="/volunteer/duty/"' not in page


@both
def test_kilometres_and_hours_of_a_week(door, me):
    near = need()
    type(near).objects.filter(pk=near.pk).update(lat=near.lat + 0.03)  # 3.3 km
    for radius_m, minutes in ((1000, 600), (9000, 60)):
        people.set_area(volunteer=me.volunteer, region=street(), radius_m=radius_m, by=me, now=NOON)
        people.set_limits(
            volunteer=me.volunteer, minutes_per_week=minutes, paused_until=None, by=me, now=NOON
        )
        if door == "web":
            page = Visitor(me).see("/volunteer/possible/")
            found = "多走 5 公里" in page, "/volunteer/limits/" in page
        else:
            more = said(client_of(me).get(f"{V1}me/possible/"))["more"]
            found = {"what": "radius", "km": 5, "needs": 1} in more, more[-1]["what"] == "minutes"
        assert found == (minutes == 600, minutes == 60)


def test_who_has_no_area_is_sent_to_set_it(clock):
    somebody = accounts.volunteer()
    type(somebody).objects.filter(pk=somebody.pk).update(lat=None, lng=None)

    Visitor(somebody.user).see("/volunteer/possible/", "先填写住在哪里")


@both
def test_what_would_find_more_people_is_counted_when_asked(door, clock):
    law = need("H1", skills={SkillCode.LAW: 1})
    for _n in range(2):
        matching.ready_volunteer()
    clerk = accounts.officer()
    found = queries.widening(law, now=NOON)
    assert found == {"skill": [[SkillCode.LAW, 0, 2]]}

    if door == "web":
        path = f"/console/openings/{law.ref}/"
        assert 'id="more"' not in Visitor(clerk).see(path)
        page = Visitor(clerk).see(path + "?more=1", 'id="more"')
        assert "约 2" in page.split('id="more"')[1].split("</section>")[0]
    else:
        shown = said(client_of(clerk).get(f"{V1}openings/{law.ref}/widening/"))
        assert shown["skill"] == [{"code": "LAW", "level": 0, "people": 2}]
        assert (shown["radius"], shown["category"]) == ([], 0)


@pytest.mark.parametrize("code", ["310000", "310107", "no such place", True])
def test_who_can_go_now_is_in_a_street(code):
    me = matching.ready_volunteer()
    answer = said(client_of(me).post(f"{V1}me/duty/", {"region": code}, format="json"), 400)
    assert answer["field"] == "region"
    assert not Duty.objects.exists()
