"""Pages of an organization and of the reviewer: hours to record, one by one and many at once, the people
who serve there, and the pair's history beside a review."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import actions as people
from accounts.states import DeskRole, Purpose
from matching.models import Assignment
from service_records import actions
from service_records.models import ServiceRecord
from tests.conftest import Clock
from tests.factories import accounts, matching, organizations
from tests.factories import service_records as make
from tests.factories.accounts import NOON
from tests.factories.organizations import SHIFT_AT
from tests.factories.regions import district, street
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db
RECORDS, CHOSEN, PEOPLE = "/org/records/", "/org/records/chosen/", "/org/people/"


@pytest.fixture
def need(clock: Clock):
    """Return the opening of a shift, an hour after which the clock stands."""
    found = matching.shift_opening()
    clock.to(found.ends_at + timedelta(hours=1))
    return found


@pytest.fixture
def clerk(need) -> Visitor:
    return Visitor(need.organization.registered_by)


def sheet(need, name="王芳", **given) -> ServiceRecord:
    return make.shift_record(need, matching.ready_volunteer(name), **given)


def boxes(page: str) -> list[str]:
    """Return the references that can be ticked, and that have a label of their own."""
    found = re.findall(r'name="record" value="([\w-]+)" id="(r-[\w-]+)"', page)
    assert all(f'for="{box}"' in page for _ref, box in found)
    return [ref for ref, _box in found]


def post(visitor: Visitor, refs, path=CHOSEN):
    return visitor.client.post(path, {"record": refs})


# --- hours to record --------------------------------------------------------------------------------


def test_the_list_shows_evidence_due_day_and_why_a_row_is_not_ticked(need, clerk):
    plain, odd = sheet(need, "李明"), sheet(need, "赵六", minutes=30)

    page = clerk.see(RECORDS, "李明", "赵六", "30", need.shift.project.title, "2 条")

    assert boxes(page) == [plain.ref]
    assert f'href="/org/records/{odd.ref}/"' in page
    assert "原计划 120 分钟" in page  # 30 分钟
    assert "还剩 10 个工作日" in page


def test_the_list_is_narrowed_by_shift_project_and_state(need, clerk):
    row = sheet(need, "李明")
    shift, project = need.shift.ref, need.shift.project.ref
    for asked in ({"shift": shift}, {"project": project}, {"state": "UNCONFIRMED"}):
        assert boxes(clerk.see(f"{RECORDS}?{urlencode(asked)}")) == [row.ref]
    refused = clerk.client.get(f"{RECORDS}?state=?")
    assert (refused.status_code, boxes(refused.content.decode())) == (422, [row.ref])
    page = clerk.see(f"{RECORDS}?state=RETURNED", "没有符合的记录")
    assert boxes(page) == []


def test_the_share_in_time_stands_there_once_five_are_due(need, clerk, clock):
    page = clerk.see(RECORDS, "都记录好了")
    assert "按时记录" not in page
    rows = [sheet(need) for _row in range(4)]
    ServiceRecord.objects.filter(pk=rows[0].pk).update(record_due_on="2026-03-01")
    actions.confirm_record(record=rows[1], by=clerk_of(need), now=clock.now)
    more = organizations.project(need.organization)
    later = SHIFT_AT + timedelta(hours=5)
    organizations.shift(more, starts_at=later, ends_at=later + timedelta(hours=2))
    sheet(matching.opening(organizations.publish(more).shifts.get()))
    clock.to(clock.now + timedelta(days=30))
    Visitor(clerk_of(need)).see(RECORDS, "20 %", "已到期")


def clerk_of(need):
    return need.organization.registered_by


def test_the_chosen_are_judged_and_listed_before_anything_happens(need, clerk):
    plain, odd = sheet(need, "李明"), sheet(need, "赵六", minutes=30)

    page = clerk.see(f"{CHOSEN}?{urlencode([('record', plain.ref), ('record', odd.ref)])}", "赵六")

    assert boxes(page) == [plain.ref]
    assert "原计划 120 分钟" in page
    assert set(ServiceRecord.objects.values_list("state", flat=True)) == {"UNCONFIRMED"}


def test_one_post_confirms_what_may_be_and_says_of_the_others_why_not(need, clerk):
    plain, odd = sheet(need, "李明"), sheet(need, "赵六", minutes=30)
    foreign = make.shift_record()

    answer = post(clerk, [plain.ref, odd.ref, foreign.ref, "a\x00b"])

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "已确认 1 条" in page
    assert "原计划 120 分钟" in page
    states = dict(ServiceRecord.objects.values_list("pk", "state"))
    assert states == {plain.pk: "PROPOSED", odd.pk: "UNCONFIRMED", foreign.pk: "UNCONFIRMED"}
    assert ServiceRecord.objects.get(pk=plain.pk).recorded_by == clerk_of(need)
    again = post(clerk, [plain.ref]).content.decode()
    assert "已确认 0 条" in again


def test_all_that_fit_the_filter_are_chosen_at_once_up_to_a_hundred(need, clerk, monkeypatch):
    first, second = sheet(need, "李明"), sheet(need, "赵六")
    assert set(boxes(clerk.see(f"{CHOSEN}?all=1"))) == {first.ref, second.ref}
    assert boxes(clerk.see(f"{CHOSEN}?all=1&state=FORCED", "没有选中")) == []
    monkeypatch.setattr("web.organization.records.MOST_AT_ONCE", 1)
    monkeypatch.setattr("service_records.rules.MOST_AT_ONCE", 1)
    page = clerk.see(f"{CHOSEN}?all=1", "前 1 条")
    assert boxes(page) == [first.ref]
    answer = post(clerk, [first.ref, second.ref])
    assert (answer.status_code, "最多" in answer.content.decode()) == (422, True)
    assert set(ServiceRecord.objects.values_list("state", flat=True)) == {"UNCONFIRMED"}


def test_nothing_chosen_is_said_and_nothing_happens(need, clerk):
    sheet(need)
    clerk.see(CHOSEN, "没有选中")
    answer = post(clerk, [])
    assert (answer.status_code, "至少选择一条" in answer.content.decode()) == (422, True)


def test_an_odd_record_is_confirmed_by_itself_with_other_minutes(need, clerk):
    row = sheet(need, "赵六", minutes=30)
    path = f"/org/records/{row.ref}/"
    clerk.see(path, "赵六", "原计划 120 分钟", 'value="30"')
    page = refused_page(clerk, path, minutes=36)
    assert "id_minutes_error" in page
    assert clerk.do(path, minutes=25) == RECORDS
    row.refresh_from_db()
    assert (row.state, row.minutes) == ("PROPOSED", 25)
    page = clerk.see(path, "赵六")
    assert "id_minutes" not in page


def test_the_day_on_a_record_is_that_with_the_viewers_organizations(need, clerk):
    who = matching.ready_volunteer("李明")
    row = make.shift_record(need, who)
    elsewhere = organizations.project()
    later = SHIFT_AT + timedelta(hours=3)
    organizations.shift(elsewhere, starts_at=later, ends_at=later + timedelta(minutes=400))
    opening = matching.opening(organizations.publish(elsewhere).shifts.get())
    make.shift_record(opening, who, minutes=400)

    page = clerk.see(f"/org/records/{row.ref}/", "李明", "当天在您的组织合计")
    assert "超过 8 小时" not in page
    assert page.count("2 小时") == 2  # these hours, and the day's
    page = clerk.see(RECORDS, "请单独核对这一条")
    assert "超过 8 小时" not in page
    assert boxes(page) == []


def test_a_service_that_is_still_on_is_shown_without_a_form(need, clerk, clock):
    task = Assignment.objects.get(application=matching.application(need))
    actions.check_in(assignment=task, method="COORDINATOR", by=clerk_of(need), now=need.starts_at)
    row = ServiceRecord.objects.get()
    assert "id_minutes" not in clerk.see(f"/org/records/{row.ref}/")
    actions.force_close_open(now=need.ends_at + timedelta(hours=2))
    clerk.see(f"/org/records/{row.ref}/", 'value="120"', "没有人签退")


def test_a_returned_record_is_handed_in_again_with_words(need, clerk, clock):
    row = sheet(need)
    actions.confirm_record(record=row, by=clerk_of(need), now=clock.now)
    reviewer = accounts.officer(DeskRole.REVIEWER, street())
    actions.return_hours(record=row, reason="MINUTES", words="对不上", by=reviewer, now=clock.now)
    path = f"/org/records/{row.ref}/"
    clerk.see(RECORDS, path)
    clerk.see(path, "对不上", "补充")
    assert "id_words_error" in refused_page(clerk, path, minutes=100)
    clerk.do(path, minutes=100, words="少记了休息")
    row.refresh_from_db()
    assert (row.state, row.minutes, row.words) == ("PROPOSED", 100, "少记了休息")


def test_nobody_is_offered_to_confirm_their_own_hours(need):
    row = sheet(need)
    own = Visitor(organizations.membership(need.organization, person=row.volunteer).user)
    assert boxes(own.see(RECORDS)) == []
    path = f"/org/records/{row.ref}/"
    assert "id_minutes" not in own.see(path, "您自己的时长")
    assert own.client.post(path, {"minutes": 100}).status_code == 422
    assert ServiceRecord.objects.get().state == "UNCONFIRMED"


def test_today_says_how_many_wait_and_how_many_are_late(need, clerk, clock):
    clerk.see("/org/", "都已确认")
    sheet(need)
    page = clerk.see("/org/", "1 条")
    assert "过期" not in page
    clock.to(clock.now + timedelta(days=30))
    Visitor(clerk_of(need)).see("/org/", "1 条", "过期")


# --- people -----------------------------------------------------------------------------------------


def test_people_are_listed_with_names_as_far_as_they_share_them(need, clerk):
    assert "还没有人" in clerk.see(PEOPLE)
    row, other = sheet(need, "李明"), sheet(need, "赵六")
    people.give_consent(
        subject=row.volunteer,
        purpose=Purpose.SHARING,
        text_version="1",
        by=row.volunteer,
        now=NOON,
    )

    page = clerk.see(PEOPLE, "李明", "赵*", "2 位")

    assert "赵六" not in page
    assert other.volunteer.volunteer.number[:5] not in page
    clerk.see(f"{PEOPLE}?activity=RECENT", "李明")
    clerk.see(f"{PEOPLE}?q=李", "1 位", "李明")
    clerk.see(f"{PEOPLE}?activity=AWAY", "没有符合的人")
    refused = clerk.client.get(f"{PEOPLE}?activity=?")
    assert (refused.status_code, "李明" in refused.content.decode()) == (422, True)


def test_projects_are_listed_newest_first_and_a_new_one_begins_there(need, clerk):
    draft = organizations.project(need.organization, title="草稿项目")
    foreign = organizations.project(title="别家项目")
    page = clerk.see("/org/projects/", draft.title, need.shift.project.title)
    assert page.index(draft.title) < page.index(need.shift.project.title)
    assert foreign.title not in page
    assert f"/org/projects/new/{need.organization.ref}/" in page


def test_the_pages_are_not_there_for_who_runs_no_organization(need):
    row = sheet(need)
    paths = [RECORDS, CHOSEN, PEOPLE, "/org/projects/", f"/org/records/{row.ref}/"]
    strangers = [row.volunteer, accounts.officer(), accounts.user()]
    for person in strangers:
        visitor = Visitor(person)
        assert [visitor.client.get(path).status_code for path in paths] == [404] * len(paths)
        assert post(visitor, [row.ref]).status_code == 404
    other = Visitor(organizations.organization().registered_by)
    assert other.client.get(paths[-1]).status_code == 404
    row.refresh_from_db()
    assert row.state == "UNCONFIRMED"


@pytest.mark.parametrize("path", [RECORDS, f"{CHOSEN}?all=1", PEOPLE, "/org/projects/", "/org/"])
def test_a_page_asks_no_more_for_four_rows_than_for_two(path, need, clerk):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            clerk.see(path)
        return len(queries)

    sheet(need), sheet(need)
    asked()
    few = asked()
    sheet(need), sheet(need)
    organizations.project(need.organization)
    assert asked() == few <= 12


def test_the_menu_of_an_organization(clerk, need):
    page = clerk.see("/org/people/")
    menu = re.findall(r'govuk-service-navigation__link" href="([^"]+)"', page)
    assert menu == ["/org/", "/org/projects/", PEOPLE, RECORDS, "/org/settings/", "/notices/"]
    both = Visitor(
        organizations.membership(need.organization, person=matching.ready_volunteer()).user
    )
    menu = re.findall(r'__link" href="/(?:volunteer|org)/"[^>]*>\s*(\S+)', both.see("/org/"))
    assert menu == ["今天", "本组织"]


# --- review -----------------------------------------------------------------------------------------


@pytest.fixture
def reviewer() -> Visitor:
    return Visitor(accounts.officer(DeskRole.REVIEWER, district()))


def proposed(need, name):
    row = sheet(need, name)
    return actions.confirm_record(record=row, by=clerk_of(need), now=SHIFT_AT + timedelta(hours=4))


def test_the_queue_begins_with_the_one_due_first_and_leads_on(need, reviewer):
    assert "没有要审核" in reviewer.see("/review/")
    one, two, three = (proposed(need, name) for name in ("李明", "赵六", "孙七"))
    ServiceRecord.objects.filter(pk=one.pk).update(record_due_on="2026-04-30")
    page = reviewer.see("/review/", "个工作日")
    links = re.findall(r'href="(/review/[\w-]+/)"', page)
    assert links == [f"/review/{row.ref}/" for row in (two, two, three, one)]

    page = reviewer.see(f"/review/{two.ref}/", "赵六", "第一次", f"/review/{three.ref}/")
    path = reviewer.do(f"/review/{two.ref}/approve/")
    assert path == f"/review/{three.ref}/"
    path = reviewer.do(path, reason="MINUTES", words="对不上")
    assert path == f"/review/{one.ref}/"
    reviewer.see(path, "最后一条")
    assert reviewer.do(f"{path}approve/") == "/review/"


def test_what_the_two_did_before_stands_beside_the_review(need, reviewer, clock):
    first = proposed(need, "李明")
    reviewer.do(f"/review/{first.ref}/", reason="MINUTES", words="对不上")
    more = organizations.project(need.organization)
    later = SHIFT_AT + timedelta(hours=3)
    organizations.shift(more, starts_at=later, ends_at=later + timedelta(minutes=400))
    opening = matching.opening(organizations.publish(more).shifts.get())
    row = make.shift_record(opening, first.volunteer, minutes=500)
    actions.confirm_record(record=row, by=clerk_of(need), now=later + timedelta(hours=9))
    clock.to(later + timedelta(hours=10))

    page = reviewer.see(f"/review/{row.ref}/", "同一家组织", "退回过 1 次", "500", "超过 8 小时")

    assert "已退回" in page or "退回" in page
    assert Client().get("/review/").status_code == 302
