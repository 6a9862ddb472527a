"""What a volunteer says about herself: levels, sharing, limits, and the guardian of who is under 18."""

import re
from datetime import date

import pytest
from django.test import Client

from accounts import actions, queries
from accounts.states import Purpose, SkillLevel
from kernel.workdays import local_date
from notifications.models import Dispatch, Notice
from tests.conftest import Clock
from tests.factories import accounts, matching
from tests.factories.regions import street
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db

PROFILE = {
    "radius_m": "5000",
    "skills": ["LAW", "FIRST_AID"],
    "categories": ["A"],
    "week": ["0-morning"],
}
PHONE = "13911112222"
MARK = re.compile(r'name="shown"[^>]+?value="(\w+)"')


def mark(page: str) -> str:
    """Return the hidden mark of the guardian whom the page shows."""
    found = MARK.search(page)
    assert found
    return found[1]


def test_levels_and_sharing_are_said_with_the_profile(clock: Clock):
    volunteer = accounts.volunteer()
    visitor = Visitor(volunteer.user)
    given = {**PROFILE, "region": street().code}

    visitor.do("/volunteer/profile/", **given, sharing="on")
    assert set(volunteer.skills.values_list("level", flat=True)) == {SkillLevel.GOOD}
    assert queries.has_consent(volunteer.user, Purpose.SHARING)
    visitor.see("/volunteer/profile/", 'name="level_LAW"')

    visitor.do("/volunteer/profile/", **given, level_LAW="3", level_FIRST_AID="1")
    assert dict(volunteer.skills.values_list("code", "level")) == {"LAW": 3, "FIRST_AID": 1}
    assert not queries.has_consent(volunteer.user, Purpose.SHARING)
    refused_page(visitor, "/volunteer/profile/", **given, level_LAW="9")

    visitor.do("/volunteer/profile/", **given)  # a page older than the skills has no levels
    assert dict(volunteer.skills.values_list("code", "level")) == {"LAW": 3, "FIRST_AID": 1}


def test_times_that_a_program_set_are_kept_until_they_are_unticked(clock: Clock):
    volunteer = accounts.volunteer()
    visitor = Visitor(volunteer.user)
    lunch, days_work = (1, 690, 735), (2, 450, 1110)
    actions.set_windows(
        volunteer=volunteer, windows=[lunch, days_work], by=volunteer.user, now=clock.now
    )
    visitor.see("/volunteer/profile/", "周二 11:30–12:15", 'value="2-afternoon"')
    given = {**PROFILE, "region": street().code}

    def free() -> list[tuple[int, int, int]]:
        return sorted(volunteer.windows.values_list("weekday", "starts", "ends"))

    visitor.do(
        "/volunteer/profile/", **{**given, "week": ["2-morning", "2-afternoon", "3-evening"]}
    )
    assert free() == [lunch, days_work, (3, 1080, 1320)]

    visitor.do("/volunteer/profile/", **{**given, "week": ["2-morning"]})
    assert free() == [lunch, (2, 480, 720)]


def test_limits_a_pause_and_days_off(clock: Clock):
    volunteer = accounts.volunteer()
    visitor = Visitor(volunteer.user)
    visitor.see("/volunteer/limits/")

    visitor.do("/volunteer/limits/", hours="6", one_more="2026-03-08")
    visitor.do(
        "/volunteer/limits/",
        hours="4",
        paused_until="2026-03-07",
        days_off=["2026-03-08"],
        one_more="2026-03-09",
    )

    volunteer.refresh_from_db()
    days = list(volunteer.exceptions.order_by("day").values_list("day", flat=True))
    assert (volunteer.minutes_per_week, volunteer.paused_until) == (240, date(2026, 3, 7))
    assert days == [date(2026, 3, 8), date(2026, 3, 9)]
    page = refused_page(visitor, "/volunteer/limits/", hours="101", days_off=["2026-03-09"])
    assert 'value="101"' in page
    visitor.do("/volunteer/limits/", hours="1.5", days_off=["2026-03-09"])
    volunteer.refresh_from_db()
    assert volunteer.minutes_per_week == 90
    visitor.see("/volunteer/limits/", 'value="1.5"')
    assert list(volunteer.exceptions.values_list("day", flat=True)) == [date(2026, 3, 9)]


def test_days_that_cannot_be_are_refused_at_their_fields(clock: Clock):
    visitor = Visitor(accounts.volunteer().user)
    for field, value in (
        ("paused_until", "2020-01-01"),
        ("paused_until", "9999-01-01"),
        ("one_more", "2020-01-01"),
    ):
        page = refused_page(visitor, "/volunteer/limits/", hours="6", **{field: value})
        assert f'id="id_{field}_error"' in page, (field, value)


def test_a_pause_is_said_and_names_what_was_agreed_to(clock: Clock):
    task = matching.assignment()
    visitor, path = Visitor(task.volunteer), "/volunteer/limits/"
    on = local_date(task.opening.starts_at).isoformat()
    link = f'href="/assignments/{task.ref}/"'

    visitor.do(path, hours="6", paused_until=on)
    page = visitor.see(path, "您在暂停中", link, "有 1 次已答应的服务")
    visitor.do(path, hours="6")
    assert link not in visitor.see(path, "合适时我们会问您")
    visitor.do(path, hours="6", one_more=on)

    assert "您在暂停中" in page
    visitor.see(path, link)
    task.refresh_from_db()
    assert task.state == "LIVE"


def test_an_identity_is_claimed_and_consents_are_decided_on_their_pages(clock: Clock):
    person = accounts.user()
    visitor = Visitor(person)
    page = "/volunteer/register/identity/"
    refused_page(visitor, page, name="王芳", id_number="12", consent="on")

    given = {"name": "王芳", "id_number": accounts.id_number(), "consent": "on"}
    assert visitor.do(page, **given) == "/volunteer/register/"

    claim = queries.latest_verification(person)
    assert claim
    visitor.do("/account/data/", purpose=Purpose.SHARING, choice="give")
    assert queries.has_consent(person, Purpose.SHARING)


def test_under_18_the_guardian_allows_it_signed_in_by_the_named_phone(clock: Clock):
    minor = accounts.volunteer(birth="20100307")
    young = Visitor(minor.user)
    guardian = actions.make_user(channel="PHONE", address=PHONE, by=None, now=clock.now)
    page = f"/volunteers/{minor.ref}/guardian/"
    young.see("/volunteer/register/", "/volunteer/guardian/")
    assert young.do("/volunteer/guardian/", name="王大力", phone=PHONE) == "/volunteer/guardian/"
    young.see("/volunteer/guardian/", page)
    refused_page(young, "/volunteer/guardian/", name="王大力", phone="12")

    for stranger in (young, Visitor(accounts.user())):
        assert stranger.client.get(page).status_code == 404
        assert stranger.client.post(page).status_code == 404
    assert Client().get(page).status_code == 302
    Visitor(guardian).do(page, shown=mark(Visitor(guardian).see(page, "王大力", "139****2222")))

    minor.refresh_from_db()
    assert minor.guardian_consent_at == clock.now
    Visitor(guardian).see(page)
    young.see("/volunteer/guardian/", "监护人已经同意")


def test_the_street_that_has_the_signature_allows_it_from_its_queue(clock: Clock):
    minor = accounts.volunteer(birth="20100307")
    Visitor(minor.user).do("/volunteer/guardian/", name="王大力", phone=PHONE)
    clerk = Visitor(accounts.officer())
    page = f"/volunteers/{minor.ref}/guardian/"

    clerk.see("/console/verify/", page)
    clerk.do(page, shown=mark(clerk.see(page, "王大力", "139****2222")))

    minor.refresh_from_db()
    assert minor.guardian_consent_at == clock.now
    assert page not in clerk.see("/console/verify/")


def test_a_yes_to_one_guardian_is_none_to_another(clock: Clock):
    minor = accounts.volunteer(birth="20100307")
    young, clerk = Visitor(minor.user), Visitor(accounts.officer())
    page = f"/volunteers/{minor.ref}/guardian/"
    assert PHONE not in clerk.see(page, "还没有填写监护人")
    young.do("/volunteer/guardian/", name="王大力", phone=PHONE)
    shown = clerk.see(page)
    assert PHONE not in shown
    young.do("/volunteer/guardian/", name="李小明", phone="13911113333")

    refused_page(clerk, page)
    fresh = refused_page(clerk, page, shown=mark(shown))
    minor.refresh_from_db()
    assert minor.guardian_consent_at is None
    assert "李小明" in fresh
    clerk.do(page, shown=mark(fresh))

    minor.refresh_from_db()
    assert minor.guardian_consent_at == clock.now


def test_who_is_no_volunteer_is_led_to_the_first_step(clock: Clock):
    visitor = Visitor(accounts.user())
    for page in ("/volunteer/limits/", "/volunteer/guardian/"):
        assert visitor.client.get(page)["Location"] == "/volunteer/register/identity/"


def test_an_adult_needs_no_guardian(clock: Clock):
    adult = Visitor(accounts.volunteer().user)
    assert "/volunteer/guardian/" not in adult.see("/volunteer/register/")


def test_a_minor_cannot_be_their_own_guardian(clock: Clock):
    minor = accounts.volunteer(birth="20100307")
    young = Visitor(minor.user)

    page = refused_page(young, "/volunteer/guardian/", name="王大力", phone=minor.user.phone)

    assert "id_phone_error" in page
    minor.refresh_from_db()
    assert minor.guardian is None


def test_the_guardian_gets_a_text_with_the_address_and_lands_on_the_page(clock: Clock):
    minor = accounts.volunteer(birth="20100307")
    page = f"/volunteers/{minor.ref}/guardian/"
    Visitor(minor.user).do("/volunteer/guardian/", name="王大力", phone=PHONE)
    clock.to(clock.now)
    clock.to(clock.now)

    text = Dispatch.objects.get(kind="guardian_asked")
    assert (text.address, text.channel) == (PHONE, "SMS")
    assert page in str(text.words)
    assert "王" not in str(text.words)

    guardian = Client()
    there = guardian.get(page)["Location"]
    guardian.get(there)
    guardian.post("/account/enter/", {"address": PHONE})
    code = str(Dispatch.objects.get(kind="sign_in_code").words)
    answer = guardian.post("/account/enter/code/", {"code": re.findall(r"\d{6}", code)[0]})
    assert answer["Location"] == page
    assert guardian.get(page).status_code == 200


def test_a_guardian_with_an_account_gets_a_notice_and_can_take_the_consent_back(clock: Clock):
    minor = accounts.volunteer(birth="20100307")
    guardian = actions.make_user(channel="PHONE", address=PHONE, by=None, now=clock.now)
    young, old = Visitor(minor.user), Visitor(guardian)
    page = f"/volunteers/{minor.ref}/guardian/"
    young.do("/volunteer/guardian/", name="王大力", phone=PHONE)
    clock.to(clock.now)
    notice = Notice.objects.get(user=guardian, kind="guardian_asked")
    assert old.do(f"/notices/{notice.ref}/open/") == page
    old.do(page, shown=mark(old.see(page)))

    refused = young.client.post(f"{page}withdraw/")
    assert refused.status_code == 404
    old.see(page, f"{page}withdraw/")
    old.do(f"{page}withdraw/")
    old.do(f"{page}withdraw/")

    minor.refresh_from_db()
    assert minor.guardian_consent_at is None
    clock.to(clock.now)
    assert Notice.objects.filter(user=minor.user, kind="guardian_withdrew").count() == 1
    old.see(page, 'name="shown"')


def test_a_program_of_the_office_takes_it_back_too(clock: Clock):
    minor = accounts.volunteer(birth="20100307")
    Visitor(minor.user).do("/volunteer/guardian/", name="王大力", phone=PHONE)
    clerk = Visitor(accounts.officer())
    page = f"/volunteers/{minor.ref}/guardian/"
    clerk.do(page, shown=mark(clerk.see(page)))
    clock.to(clock.now)
    assert not Dispatch.objects.filter(kind="guardian_asked").exists()  # it was allowed meanwhile

    where = f"/api/v1/volunteers/{minor.ref}/withdraw-guardian/"
    answer = clerk.client.post(where, {}, content_type="application/json")

    assert answer.status_code == 200
    minor.refresh_from_db()
    assert minor.guardian_consent_at is None
