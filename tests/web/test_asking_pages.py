"""Asking for help in full mode: a picture first, then its services; whose wish it is."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from help_requests.actions import load_reference
from help_requests.models import HelpRequest
from help_requests.states import WishSource
from tests.conftest import Clock
from tests.factories import accounts, help_requests, regions
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor
from web.resident.questions import TILES

pytestmark = pytest.mark.django_db
SOURCE = 'name="wish_source"'
WHEN = {"day": "2026-03-06", "start": "14:00", "minutes": "120", "gender_wish": ""}


def begun(visitor: Visitor) -> str:
    """Begin to ask; return the page of the pictures."""
    load_reference()
    return visitor.do("/help-requests/new/")


def asked(visitor: Visitor) -> str:
    """Ask for somebody to see the doctor with; return the page of day and place."""
    return visitor.do(f"{begun(visitor)}?tile=medical", service_type="B1", wish="想去复诊")


def choices(page: str, name: str, *, ticked: bool = False) -> list[str]:
    """Return the values of the radio buttons of this name, or of the one that is ticked."""
    inputs = [each for each in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in each]
    return [
        each.split('value="')[1].split('"')[0] for each in inputs if "checked" in each or not ticked
    ]


# --- whose draft -------------------------------------------------------------------------------------


def test_a_draft_is_gone_on_with_by_who_began_it_and_shown_to_no_other_proxy(clock: Clock):
    resident = accounts.resident()
    theirs = help_requests.draft(
        resident, by=accounts.officer(), channel="COUNTER", wish="柜台写的"
    )
    home, guardian = Visitor(resident.user), Visitor(accounts.grant(resident).proxy)
    for visitor in (home, guardian):
        assert theirs.ref not in visitor.see("/my/")
        assert theirs.ref not in visitor.see("/help-requests/new/", "开始")
    assert guardian.client.get(f"/help-requests/{theirs.ref}/what/").status_code == 404
    kept = home.client.get("/account/data/copy/").json()["help_requests"]
    assert [row["wish"] for row in kept] == ["柜台写的"]  # it is about them, all the same

    what = begun(guardian)
    assert theirs.ref not in what
    assert what in guardian.see("/help-requests/new/", "接着填写", "重新填写")
    assert what not in home.see("/help-requests/new/")


def test_a_half_written_request_is_gone_on_with_or_begun_again(clock: Clock):
    visitor = Visitor(accounts.resident().user)
    check = visitor.do(asked(visitor), **WHEN, place="HOME", places="2")
    row = HelpRequest.objects.get()
    new = visitor.do("/help-requests/new/")
    assert f"/help-requests/{row.ref}/what/" in visitor.see(new, str(row.service_type))
    visitor.see(check, "想去复诊")

    visitor.do("/help-requests/new/", anew="1")
    row = HelpRequest.objects.get()
    left = (row.service_type, row.starts_at, row.minutes, row.wish, row.places, row.state)
    assert left == (None, None, None, None, 1, "DRAFT")


def test_the_steps_of_a_request_that_was_sent_lead_to_its_page(clock: Clock):
    visitor = Visitor(accounts.resident().user)
    check = visitor.do(asked(visitor), **WHEN, place="HOME", places="1")
    page = visitor.do(check, sent="1")
    assert visitor.do(check, sent="1") == page
    for step in ("what", "when", "check"):
        answer = visitor.client.get(f"{page}{step}/")
        assert (answer.status_code, answer["Location"]) == (302, page)


def test_the_check_page_says_whose_words_a_proxy_wrote_down(clock: Clock):
    guardian = Visitor(accounts.grant(accounts.resident()).proxy)
    what = f"{begun(guardian)}?tile=medical"
    when = guardian.do(what, service_type="B1", wish="想去复诊", wish_source="OBSERVED")
    check = guardian.do(when, **WHEN, place="HOME", places="1")
    guardian.see(check, "这是谁的话", str(WishSource.OBSERVED.label))


# --- what -------------------------------------------------------------------------------------------


def test_pictures_come_first_and_then_the_services_of_one(clock: Clock):
    visitor = Visitor(accounts.resident().user)
    what = begun(visitor)
    page = visitor.see(what)
    assert page.count("vh-tile-link") == len(TILES) == 13
    assert len(set(re.findall(r"#(p-\w+)", page))) == 13
    assert "radio" not in page

    page = visitor.see(f"{what}?tile=medical", "看医生")
    assert page.count("#p-medical") == 1
    assert choices(page, "service_type") == ["B1", "B2", "B3"]
    refused_page(visitor, f"{what}?tile=medical", service_type="A1")

    when = visitor.do(f"{what}?tile=medical", service_type="B2", wish="取药")
    row = HelpRequest.objects.get()
    assert (when, row.service_type_id) == (f"/help-requests/{row.ref}/when/", "B2")


def test_who_asks_for_themselves_is_not_asked_whose_words_they_are(clock: Clock):
    visitor = Visitor(accounts.resident().user)
    what = f"{begun(visitor)}?tile=medical"
    assert SOURCE not in visitor.see(what)
    visitor.do(what, service_type="B1", wish="")
    row = HelpRequest.objects.get()
    assert (row.wish, row.wish_source) == (None, "OWN_WORDS")
    visitor.see(f"/help-requests/{row.ref}/what/?ask=source", "?tile=medical")


def test_who_asks_for_another_says_whose_words_they_are_and_nothing_is_ticked(clock: Clock):
    guardian = Visitor(accounts.grant(accounts.resident()).proxy)
    what = f"{begun(guardian)}?tile=medical"
    page = guardian.see(what, SOURCE)
    assert "checked" not in page
    page = refused_page(guardian, what, service_type="B1", wish="")
    assert 'id="id_wish_error"' in page
    assert 'id="id_wish_source_error"' in page
    guardian.do(what, service_type="B1", wish="想去复诊", wish_source="OBSERVED")
    assert HelpRequest.objects.get().wish_source == "OBSERVED"


# --- where, and how many ----------------------------------------------------------------------------


def test_home_and_one_volunteer_are_the_defaults_and_both_can_be_changed(clock: Clock):
    visitor = Visitor(accounts.resident().user)
    when = asked(visitor)
    page = visitor.see(when)
    assert choices(page, "place", ticked=True) == ["HOME"]
    assert "REMOTE" not in page
    assert '<option value="1" selected>' in page
    other = regions.street("310104001")
    there = {"place": "OTHER", "address": "徐家汇1号口", "region": other.code, "places": "3"}
    assert "id_address_error" in refused_page(visitor, when, **WHEN, **there | {"address": ""})
    check = visitor.do(when, **WHEN, **there)
    visitor.see(check, "徐家汇1号口", other.name, '<dd class="govuk-summary-list__value">3</dd>')
    visitor.see(when, "徐家汇1号口")
    visitor.do(check, sent="1")
    row = HelpRequest.objects.get()
    assert (row.place, row.address, row.region, row.places) == ("OTHER", "徐家汇1号口", other, 3)
    visitor.see(f"/help-requests/{row.ref}/", "徐家汇1号口", other.name)
    clerk = Visitor(accounts.officer(region=other))
    for path in (f"/console/requests/{row.ref}/", f"/help-requests/{row.ref}/"):
        assert "徐家汇1号口" not in clerk.see(path, "别的地方", other.name)


def test_a_language_is_asked_for_and_stands_on_every_page(clock: Clock):
    visitor = Visitor(accounts.resident().user)
    when = asked(visitor)
    page = visitor.see(when, "希望用哪种语言交流", "上海手语")
    assert choices(page, "language", ticked=True) == [""]
    assert page.index('id="id_gender_wish') < page.index('id="id_language')
    there = {"place": "HOME", "places": "1"}
    refused_page(visitor, when, **WHEN, **there, language="LAW")
    check = visitor.do(when, **WHEN, **there, language="SHANGHAINESE")
    visitor.see(check, "语言", "上海话")
    assert choices(visitor.see(when), "language", ticked=True) == ["SHANGHAINESE"]

    page = visitor.do(check, sent="1")
    row = HelpRequest.objects.get()
    visitor.see(page, "上海话")
    Visitor(accounts.officer(region=row.region)).see(f"/console/requests/{row.ref}/", "上海话")


def test_another_kind_of_help_brings_its_own_place_length_and_number(clock: Clock):
    visitor = Visitor(accounts.resident().user)
    when = asked(visitor)
    what = when.replace("when", "what")
    visitor.do(when, **WHEN, place="OTHER", address="外滩1号", places="4")
    visitor.do(f"{what}?tile=medical", service_type="B1", wish="想去复查")
    row = HelpRequest.objects.get()
    assert (row.place, row.minutes, row.places, row.wish) == ("OTHER", 120, 4, "想去复查")

    visitor.do(f"{what}?tile=sign", service_type="C2")
    row = HelpRequest.objects.get()
    assert (row.place, row.minutes, row.places) == ("REMOTE", 60, 1)
    assert choices(visitor.see(when), "place") == ["REMOTE", "HOME", "OTHER"]
    visitor.do(f"{what}?tile=going_out", service_type="A4")
    page = visitor.see(when)
    assert '<option value="2" selected>' in page
    assert '<option value="1"' not in page
    refused_page(visitor, when, **WHEN, place="REMOTE", places="2")


def test_a_visit_in_six_minutes_is_refused_with_the_hotlines_number(clock: Clock):
    visitor = Visitor(accounts.resident().user)
    when = asked(visitor)
    start = timezone.localtime(clock.now + timedelta(minutes=6))
    soon = {"day": start.date().isoformat(), "start": f"{start:%H:%M}"}
    page = refused_page(visitor, when, **WHEN | soon, place="HOME", places="1")
    assert "id_start_error" in page
    assert "请打 12385" in page


def test_who_does_not_phone_is_not_told_to(clock: Clock):
    resident = accounts.resident(no_voice=True)
    visitor = Visitor(resident.user)
    when = asked(visitor)
    start = timezone.localtime(clock.now + timedelta(minutes=6))
    soon = {"day": start.date().isoformat(), "start": f"{start:%H:%M}"}
    page = refused_page(visitor, when, **WHEN | soon, place="HOME", places="1")
    assert "请身边的人代您打 12385" in page
    assert "请打 12385" not in page
    others = Visitor(accounts.user())
    for path in ("/", "/help/"):
        page = visitor.see(path, "我们用文字答复", "/complaints/new/")
        assert "106 9012 385" not in page
        assert "我们用文字答复" not in others.see(path, "12385")


def test_lengths_are_offered_as_people_say_them(clock: Clock):
    visitor = Visitor(accounts.resident().user)
    when = asked(visitor)
    page = visitor.see(when, "半小时", "1 小时", "1.5 小时")
    assert "1:30" not in page
    HelpRequest.objects.update(minutes=75)
    visitor.see(when, '<option value="75" selected>')


def test_who_asks_for_a_time_before_the_answer_is_told(clock: Clock):
    friday = datetime(2026, 3, 6, 4, tzinfo=UTC)
    clock.to(friday)
    resident = accounts.resident()
    quiet = accounts.resident(no_voice=True)
    for whom, words in ((resident, "请打 12385"), (quiet, "请身边的人")):
        soon = help_requests.draft(whom, starts_at=friday + timedelta(days=1))
        later = help_requests.draft(whom, starts_at=friday + timedelta(days=4))
        home = Visitor(whom.user)

        home.see(f"/help-requests/{soon.ref}/check/", "3月9日 周一 17:00", words)
        assert "12385" not in home.see(f"/help-requests/{later.ref}/check/")
