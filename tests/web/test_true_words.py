"""What a list, a banner or a menu says is so, and is said to who reads it."""

import re
from datetime import timedelta

import pytest

from accounts import actions as people
from accounts.states import DeskRole, Purpose
from kernel.references import spoken
from matching import actions as going
from matching.states import REASONS
from service_records import actions as records
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching, organizations, rights
from tests.factories import service_records as make
from tests.factories.accounts import NOON
from tests.factories.regions import district
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def lit(page: str) -> str:
    """Return where the marked item of the menu leads."""
    [found] = re.findall(r'navigation__link" href="([^"]+)"\s+aria-current', page)
    return found


def test_who_is_not_asked_is_not_promised_to_be(clock: Clock):
    clock.to(NOON)
    me = matching.ready_volunteer()
    asked, not_asked = "合适时我们会问您", "我们不会主动问您"
    limits = {"hours": "10", "paused_until": "", "one_more": ""}
    page = Visitor(me)

    page.do("/volunteer/limits/", **limits)
    assert asked in page.see("/volunteer/limits/")
    page.do("/volunteer/limits/", **{**limits, "hours": "0"})

    assert not_asked in page.see("/volunteer/limits/")
    assert not_asked in page.see("/volunteer/")
    assert "有了会问您" not in page.see("/volunteer/possible/")


def test_the_page_of_going_now_says_what_holds(clock: Clock):
    clock.to(NOON)
    me = matching.ready_volunteer()
    Visitor(me).see("/volunteer/duty/", 'name="region"')
    duty = going.go_on_duty(by=me, now=clock.now)
    assert 'name="region"' not in Visitor(me).see("/volunteer/duty/", "您现在可以马上去")
    going.leave_duty(by=duty.volunteer, now=clock.now)
    consent = me.consents.get(purpose=Purpose.MATCHING)
    people.withdraw_consent(consent=consent, by=me, now=clock.now)

    assert 'name="region"' not in Visitor(me).see("/volunteer/duty/", "请先同意")


def test_hours_recorded_in_time_and_sent_back_are_not_overdue(clock: Clock):
    row = make.shift_record()
    shift = row.assignment.opening.shift
    runs = shift.organization.registered_by
    clock.to(row.ends_at + timedelta(hours=1))
    records.confirm_record(record=row, by=runs, now=clock.now)
    reviewer = accounts.officer(DeskRole.REVIEWER, row.region)
    records.return_hours(record=row, reason="OTHER", words="看不清", by=reviewer, now=clock.now)
    clock.to(clock.now + timedelta(days=40))

    for page in ("/org/", "/org/records/", f"/org/records/{row.ref}/"):
        assert "过期" not in words(Visitor(runs).see(page))
        assert "已到期" not in words(Visitor(runs).see(page))
    assert "后被退回" in Visitor(runs).see("/org/records/")


def test_the_queue_says_when_the_service_is_and_until_when_only_what_is_asked(clock: Clock):
    open_one = help_requests.submitted(accounts.resident(no_voice=True))
    done = help_requests.accepted()
    page = Visitor(accounts.officer()).see("/console/requests/", open_one.ref, done.ref)

    cells = re.findall(r'data-label="答复期限">(.*?)</td>', page, re.S)
    assert sorted(words(cell) == "—" for cell in cells) == [False, True]
    assert not any("发文字" in cell or "答复" in cell for cell in cells)
    assert len(re.findall(r'data-label="服务日期">\d+月\d+日', page)) == 2


def test_a_handler_decides_in_words_of_their_own_and_sees_kinds_in_the_list(clock: Clock):
    row = rights.complaint(kind="PLATFORM")
    clerk, path = Visitor(rights.handler(region=district())), f"/cases/{row.ref}/"

    assert "投诉" in words(clerk.see("/cases/"))
    assert "平台" in words(clerk.see("/cases/"))
    clerk.do(f"{path}acknowledge/")
    page = clerk.see(path, "部分属实", "不属实")
    assert "您说得对" not in page
    clerk.do(path, outcome="UPHELD", words="问过了")
    assert "您说得对" not in clerk.see(path, "属实")
    Visitor(row.by).see(path, "您说得对")


def test_the_reviewer_reads_whose_record_was_approved(clock: Clock):
    row = make.proposed()
    clock.to(make.NEXT_DAY)
    reviewer = Visitor(accounts.officer(DeskRole.REVIEWER, row.region))

    there = reviewer.do(f"/review/{row.ref}/approve/")

    reviewer.see(there, f"{row.volunteer.volunteer.name}，记录 {spoken(row.number)}")


def test_a_verified_volunteer_reads_it_once_and_is_not_asked_again(clock: Clock):
    profile = accounts.volunteer()
    me = Visitor(profile.user)

    page = me.see("/volunteer/register/")
    identity = me.see("/volunteer/register/identity/", profile.name)

    assert page.count('<strong class="vh-tag') == 1
    assert "id_number" not in identity


def test_the_menu_marks_where_a_page_belongs(clock: Clock):
    me = Visitor(matching.ready_volunteer())
    for path in ("limits", "credentials", "register/lesson"):
        assert lit(me.see(f"/volunteer/{path}/")) == "/volunteer/profile/"
    assert lit(me.see("/volunteer/")) == "/volunteer/"
    shift = organizations.published_project().shifts.get()
    runs = Visitor(shift.organization.registered_by)
    assert lit(runs.see(f"/org/shifts/{shift.ref}/")) == "/org/projects/"


def test_the_reasons_of_the_engine_suit_whoever_reads_them():
    assert not [code for code, said in REASONS.items() if "您" in str(said)]
