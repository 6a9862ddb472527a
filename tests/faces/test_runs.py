"""Planning the coming days through the pages and the API alike: asked for, looked at, sent, dropped."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from accounts import actions as people
from accounts.states import DeskRole, Purpose
from api.runs import UnfilledCard
from kernel import tasks
from matching import actions, jobs, queries, rules
from matching.models import Offer, Proposal, Run
from tests.api.test_own import V1, client_of, said
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching
from tests.factories.accounts import NOON
from tests.factories.help_requests import VISIT_AT
from tests.factories.regions import district, street
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor
from tests.web.test_sent_twice import key_on
from web.console.run_words import REFUSED

pytestmark = pytest.mark.django_db
PAGE = "/console/runs/"
DAYS = {"region": "310101", "first_day": "2026-03-04", "last_day": "2026-03-06"}


@pytest.fixture
def office(clock: Clock) -> Any:
    return accounts.officer(DeskRole.DISTRICT, district())


def need(**given: Any) -> Any:
    """Return an open need whose resident allows automatic matching."""
    resident = accounts.resident(region=street("310101001"))
    people.give_consent(
        subject=resident, purpose=Purpose.MATCHING, text_version="1", by=resident.user, now=NOON
    )
    return matching.opening(help_requests.visit(resident, **given))


def planned() -> Run:
    return matching.run(district())


def at(run: Run) -> str:
    return f"{PAGE}{run.ref}/"


def ask(door: str, user: Any, **given: Any) -> tuple[int, Any]:
    """Ask for a plan through one of the doors; return the status, and what was answered."""
    if door == "api":
        answer = client_of(user).post(V1 + "runs/", {**DAYS, **given}, format="json")
        return answer.status_code, answer.json()
    answer = Visitor(user).client.post(PAGE, {**DAYS, **given})
    return answer.status_code, answer.content.decode()


def accept(door: str, user: Any, run: Run, chosen: list[str]) -> tuple[int, Any]:
    """Accept through one of the doors."""
    if door == "api":
        answer = client_of(user).post(
            f"{V1}runs/{run.ref}/accept/", {"chosen": chosen}, format="json"
        )
        return answer.status_code, answer.json()
    answer = Visitor(user).client.post(at(run), {"chosen": chosen})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("door", ["web", "api"])
def test_it_is_asked_for_and_waits_for_the_worker(door, office):
    status, _answer = ask(door, office)

    assert status == {"web": 302, "api": 201}[door]
    run = Run.objects.get()
    assert (run.region, run.asked_by, str(run.last_day)) == (district(), office, "2026-03-06")
    page = Visitor(office).see(at(run), "等待", 'hx-trigger="every 2s"', f"{at(run)}cancel/")
    assert "刷新" in page
    assert "chosen" not in page


@pytest.mark.parametrize("door", ["web", "api"])
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"first_day": "2026-03-03"}, "last_day"),
        ({"last_day": "2026-04-03"}, "last_day"),
        ({"first_day": "soon"}, "first_day"),
        ({"region": "nowhere"}, "region"),
    ],
)
def test_what_cannot_be_planned_is_said_at_its_field(door, given, field, office):
    status, answer = ask(door, office, **given)

    assert status == {"web": 422, "api": 400}[door]
    assert f'id="id_{field}_error"' in answer if door == "web" else answer["field"] == field
    assert not Run.objects.exists()


@pytest.mark.parametrize("door", ["web", "api"])
def test_one_at_a_time(door, office):
    matching.ready_volunteer()
    need()
    planned()

    status, answer = ask(door, office)

    assert status == {"web": 422, "api": 409}[door]
    assert "已有一份计划" in answer if door == "web" else answer["code"] == "run_open"


def test_nobody_plans_elsewhere(office):
    clerk = accounts.officer(region=street("310115001"))
    run = planned()

    assert ask("api", clerk)[0] == 403
    assert ask("web", clerk)[0] == 422
    assert Visitor(clerk).client.get(at(run)).status_code == 404
    assert client_of(clerk).get(f"{V1}runs/{run.ref}/").status_code == 404


def test_sent_twice_is_planned_once(office):
    visitor = Visitor(office)
    given = {**DAYS, "once": key_on(visitor.see(PAGE))}

    pages = {visitor.do(PAGE, **given) for _press in range(2)}

    assert pages == {at(Run.objects.get())}


def test_how_far_it_is_is_said_by_quarters(office):
    run = actions.ask_run(
        region=district(), first_day=NOON.date(), last_day=NOON.date(), by=office, now=NOON
    )
    actions.take_run(key=run.pk, now=NOON)
    Run.objects.filter(pk=run.pk).update(done=2, total=4)
    visitor = Visitor(office)

    def part(quarter: str) -> str:
        answer = visitor.client.get(f"{at(run)}?said={quarter}", headers={"HX-Request": "true"})
        return str(answer.content.decode())

    assert "<html" not in part("25")
    assert 'id="status"' in part("25")
    assert 'id="status"' not in part("50")
    assert "已完成 2 / 4 步" in part("50")
    actions.cancel_run(run=run, by=office, now=NOON)
    assert 'id="run-deeds" hx-swap-oob' in part("50")
    assert "已放弃" in part("50")


def test_a_plan_is_looked_at(office):
    volunteers = [matching.ready_volunteer(name) for name in ("王芳", "李明")]
    need(places=2)
    need(starts_at=VISIT_AT + timedelta(hours=5), places=1)
    run = planned()

    page = Visitor(office).see(at(run), "王芳", "李明", "已是最好的安排", "公里", "3 / 3")

    refs = re.findall(r'name="chosen" value="([^"]+)"[^>]*checked', page, re.DOTALL)
    proposals = list(queries.proposals_of(run))
    assert sorted(refs) == sorted(proposal.ref for proposal in proposals)
    assert page.count("<fieldset") == 2
    shown = said(client_of(office).get(f"{V1}runs/{run.ref}/"))
    assert {one["volunteer"] for one in shown["proposals"]} == {
        user.volunteer.ref for user in volunteers
    }
    assert (shown["gap"], shown["unfilled"]) == (0.0, [])
    assert shown["load"] == [{"services": 1, "people": 1}, {"services": 2, "people": 1}]
    listed = said(client_of(office).get(f"{V1}runs/"))["results"]
    assert [(one["ref"], "proposals" in one) for one in listed] == [(run.ref, False)]
    Visitor(office).see(PAGE, at(run), "3 / 3", "平台（每晚自动）")


def test_what_stays_unfilled_says_why(office):
    for _n in range(3):
        matching.ready_volunteer()
    opening = need(places=5)
    busy = matching.ready_volunteer()
    people.set_windows(volunteer=busy.volunteer, windows=[], by=busy, now=NOON)
    run = planned()

    page = Visitor(office).see(
        at(run), "还缺 2 人。", "看过 4 人", "1 人那时没空", "3 人合适，已排到"
    )

    assert "没有排到这里" not in page
    [left] = said(client_of(office).get(f"{V1}runs/{run.ref}/"))["unfilled"]
    assert (left["opening"], left["places"], left["looked_at"]) == (opening.ref, 2, 4)
    assert (left["refused"]["free"], left["fit"]) == (1, 3)


def test_who_suits_and_is_sent_elsewhere_is_said_to_be(office):
    matching.ready_volunteer()
    first, second = need(places=1), need(places=1)
    run = planned()

    page = " ".join(Visitor(office).see(at(run), "看过 1 人").split())

    assert "1 人合适，但没有排到这里" in page
    assert "已排到这里" not in page
    [left] = queries.unfilled_of(run)
    assert left.opening in {first, second}
    assert (left.fit, left.here, left.elsewhere) == (1, 0, 1)


def test_every_rule_is_said_in_words(office):
    matching.ready_volunteer()
    need(places=5)
    run = planned()

    [shown] = said(client_of(office).get(f"{V1}runs/{run.ref}/"))["unfilled"]

    assert {*shown["refused"], "lacking"} == REFUSED.keys()
    told = " ".join((UnfilledCard.__doc__ or "").split())
    assert all(f"``{rule}``" in told for rule in REFUSED)


def test_what_plans_of_before_left_unfilled_can_be_read(office):
    for _n in range(3):
        matching.ready_volunteer()
    need(places=5)
    run = planned()
    [answer] = run.answer
    [told] = answer["unfilled"]
    del told["fit"], told["lacking"]
    told["refused"]["skilled"] = 2
    run.save()

    [left] = queries.unfilled_of(run)
    assert (left.looked_at, left.fit, left.here) == (3, 1, 3)
    Run.objects.filter(pk=run.pk).update(snapshot=None)  # forgotten: who is proposed is known
    run.refresh_from_db()
    assert [(one.looked_at, one.fit) for one in queries.unfilled_of(run)] == [(5, 3)]
    Visitor(office).see(at(run), "看过 5 人", "2 人缺少技能、语言或证件，未满 18 岁")
    [shown] = said(client_of(office).get(f"{V1}runs/{run.ref}/"))["unfilled"]
    assert (shown["refused"]["lacking"], shown["fit"]) == (2, 3)


def test_a_need_in_parts_is_said_once(office):
    opening = need(places=7)
    run = planned()

    [left] = queries.unfilled_of(run)
    assert (left.opening, left.places, left.looked_at) == (opening, 7, 0)


@pytest.mark.parametrize("door", ["web", "api"])
def test_the_ticked_ones_are_asked(door, office):
    for _n in range(3):
        matching.ready_volunteer()
    need(places=2)
    run = planned()
    first, _second = queries.proposals_of(run)

    status, _answer = accept(door, office, run, [first.ref])
    jobs.send_run(run.pk)

    assert status == {"web": 302, "api": 200}[door]
    assert Offer.objects.get().volunteer == first.volunteer
    name = first.volunteer.volunteer.name
    Visitor(office).see(at(run), "已发出 1 个邀约", "1 条没有勾选", name, "等答复", "决定人")
    shown = said(client_of(office).get(f"{V1}runs/{run.ref}/"))
    assert [(p["chosen"], p["offer"]) for p in shown["proposals"]] == [
        (True, "SENT"),
        (False, None),
    ]


@pytest.mark.parametrize("door", ["web", "api"])
def test_nothing_ticked_is_refused_and_nothing_is_lost(door, office):
    matching.ready_volunteer()
    need()
    run = planned()

    status, answer = accept(door, office, run, [])

    assert status == {"web": 422, "api": 400}[door]
    if door == "web":
        assert 'id="id_chosen_error"' in answer
        assert "checked" not in answer
    else:
        assert (answer["code"], answer["field"]) == ("nothing_chosen", "chosen")
    run.refresh_from_db()
    assert run.state == "READY"


def test_a_program_accepts_all(office):
    matching.ready_volunteer()
    need()
    run = planned()

    shown = said(client_of(office).post(f"{V1}runs/{run.ref}/accept/", {"chosen": None}, "json"))

    assert shown["state"] == "ACCEPTED"
    assert Proposal.objects.get().chosen
    Visitor(office).see(at(run), "正在问", 'hx-trigger="every 2s"')


def test_what_a_long_plan_does_not_show_can_be_sent_with_it(office, monkeypatch):
    monkeypatch.setattr("web.console.runs.MOST_SHOWN", 1)
    for _n in range(3):
        matching.ready_volunteer()
    need(places=3)
    run = planned()

    page = Visitor(office).see(at(run), "还有 2 条较晚的安排没有列在这里")
    refs = re.findall(r'name="chosen" value="([^"]+)"', page)
    Visitor(office).do(at(run), chosen=refs, others="on")

    assert len(refs) == 1
    assert Proposal.objects.filter(chosen=True).count() == 3


def test_what_had_come_between_is_said_in_words(office):
    volunteer = matching.ready_volunteer("王芳")
    need()
    run = planned()
    accept("api", office, run, [Proposal.objects.get().ref])
    people.set_area(
        volunteer=volunteer.volunteer,
        region=street("310115001"),
        radius_m=500,
        by=volunteer,
        now=NOON,
        lat=31.0,
        lng=121.1,
    )
    jobs.send_run(run.pk)

    Visitor(office).see(at(run), "没有问", "公里")

    [one] = said(client_of(office).get(f"{V1}runs/{run.ref}/"))["proposals"]
    assert len(one["against"]) == 1
    assert one["against"][0].startswith(f"{one['distance_m'] / 1000:.1f}")


@pytest.mark.parametrize("door", ["web", "api"])
def test_a_plan_is_dropped(door, office):
    run = planned()

    if door == "web":
        assert Visitor(office).do(f"{at(run)}cancel/") == PAGE
    else:
        said(client_of(office).post(f"{V1}runs/{run.ref}/cancel/"))

    run.refresh_from_db()
    assert (run.state, run.decided_by) == ("CANCELLED", office)
    Visitor(office).see(at(run), "这个计划没有问任何人")
    refused_page(Visitor(office), at(run), chosen=[])


def test_a_plan_that_failed_says_what_to_do(office):
    run = ask_and_take(office)
    actions.fail_run(run=run, code="error", now=NOON)

    Visitor(office).see(at(run), "没能排出计划")


@pytest.mark.parametrize(
    ("silent", "words", "never"),
    [
        (timedelta(minutes=5), [], ["可能已经停了", "本该"]),
        (timedelta(minutes=5, seconds=1), ["可能已经停了", "12:10 过后不久"], ["本该"]),
        (timedelta(minutes=40), ["可能已经停了", "12:10 过后不久"], ["本该"]),
        (timedelta(minutes=40, seconds=1), ["本该在 12:10"], ["可能已经停了"]),
    ],
)
def test_a_plan_in_the_making_says_when_it_was_heard_of(silent, words, never, office, clock: Clock):
    run = ask_and_take(office)
    clock.now = NOON + silent

    pages = [Visitor(office).see(where, "12:00", "上次进展", *words) for where in (at(run), PAGE)]

    assert not [word for word in never for page in pages if word in page]
    for where in ("runs/", f"runs/{run.ref}/"):
        shown = said(client_of(office).get(V1 + where))
        [shown] = shown.get("results", [shown])
        assert shown["seen_at"] == "2026-03-04T12:00:00+08:00"
        assert shown["taken_up_at"] == "2026-03-04T12:10:00+08:00"


def test_a_plan_that_nobody_begins_says_so(office, clock: Clock):
    ask("api", office)
    run = Run.objects.get()
    unsaid = Visitor(office).see(at(run))
    clock.now = NOON + timedelta(minutes=5, seconds=1)

    Visitor(office).see(at(run), said_of_it := "还没有开始制定")

    assert said_of_it not in unsaid


def test_it_is_taken_up_when_it_is_said_to_be(office, clock: Clock):
    run = ask_and_take(office)
    due = rules.taken_up_at(run)
    assert due is not None

    clock.now = due - timedelta(seconds=1)
    jobs.sweep_runs()
    run.refresh_from_db()
    assert run.attempt == 1
    clock.now = due
    jobs.sweep_runs()

    run.refresh_from_db()
    assert (run.state, run.attempt) == ("READY", 2)
    slow = settings.Q_CLUSTER["ALT_CLUSTERS"][tasks.SLOW]
    assert timedelta(seconds=slow["timeout"]) < rules.SILENT < rules.LEASE
    shown = said(client_of(office).get(f"{V1}runs/{run.ref}/"))
    assert (shown["seen_at"], shown["taken_up_at"]) == ("2026-03-04T12:10:00+08:00", None)
    assert "上次进展" not in Visitor(office).see(at(run))


def test_a_plan_that_waits_was_not_heard_of_yet(office, clock: Clock):
    ask("api", office)

    [shown] = said(client_of(office).get(V1 + "runs/"))["results"]

    assert (shown["seen_at"], shown["taken_up_at"]) == (None, None)
    assert "上次进展" not in Visitor(office).see(PAGE)


def ask_and_take(office: Any) -> Run:
    """Return a plan that a worker has begun."""
    ask("api", office)
    run = actions.take_run(key=Run.objects.get().pk, now=NOON)
    assert run is not None
    return run


def test_the_gap_is_never_said_to_be_less_than_it_is(office):
    run = planned()
    for objective, words in ((9.9899, "1.1%"), (9.99999, "0.1%"), (10.0, "最好的安排")):
        Run.objects.filter(pk=run.pk).update(
            objective=objective, bound=10.1 if objective < 9.99 else 10.0
        )
        Visitor(office).see(PAGE, words)


def test_a_plan_with_ten_times_as_much_asks_no_more_often(office, django_assert_max_num_queries):
    for _n in range(3):
        matching.ready_volunteer()
    for hours in range(0, 12, 4):
        need(starts_at=VISIT_AT + timedelta(hours=hours), places=3)
    run = planned()
    visitor = Visitor(office)

    with django_assert_max_num_queries(12):
        visitor.see(at(run))
    with django_assert_max_num_queries(12):
        said(client_of(office).get(f"{V1}runs/{run.ref}/"))


def test_the_overview_leads_there(office):
    Visitor(office).see("/console/", 'href="/console/runs/"')
