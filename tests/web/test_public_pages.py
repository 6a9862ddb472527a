"""What everybody may look at: organizations, places; and the organization's own page."""

from datetime import timedelta

import pytest
from django.test import Client

from matching.models import Assignment
from organizations.models import Membership
from regions import actions as regions
from regions.models import ServicePoint
from service_records import actions as service
from service_records import queries
from tests.conftest import Clock
from tests.factories import accounts, matching, organizations
from tests.factories.regions import district, street
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor
from web.public import home

pytestmark = pytest.mark.django_db


def page(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_verified_organizations_are_found_by_district_kind_and_words(clock: Clock):
    body = organizations.organization(
        name="暖阳助残服务社", kind="SERVICE", credit_code=organizations.credit_code("52")
    )
    waiting = organizations.organization(verified=False)
    assert body.ref in page("/organizations/")
    assert waiting.ref not in page("/organizations/")
    assert body.ref in page(f"/organizations/?district={district().code}&kind=SERVICE&q=暖阳")
    for query in ("kind=FOUNDATION", "q=没有", f"district={district('310104').code}"):
        assert body.ref not in page(f"/organizations/?{query}")
    refused = Client().get("/organizations/?district=x&kind=x")
    assert refused.status_code == 422
    assert body.ref in refused.content.decode()
    assert "暖阳" in page(f"/organizations/{body.ref}/")
    assert Client().get(f"/organizations/{waiting.ref}/").status_code == 404


def served(body, count: int, face: str) -> None:
    """Have ``count`` volunteers serve a shift of ``body``, confirmed at once, each with a face."""
    runs = organizations.membership(body).user
    for _each in range(count):
        need = matching.opening(organizations.published_project(body).shifts.get())
        task = Assignment.objects.get(application=matching.application(need))
        service.check_in(assignment=task, method="COORDINATOR", by=runs, now=need.starts_at)
        done = need.starts_at + timedelta(hours=1)
        row = service.check_out(assignment=task, method="COORDINATOR", by=runs, now=done)
        service.confirm_record(record=row, by=runs, now=done)
        service.evaluate(assignment=task, side="VOLUNTEER", by=task.volunteer, now=done, face=face)


def test_what_speaks_for_a_body_is_said_once_enough_stands_behind_it(clock: Clock):
    body = organizations.organization()
    served(body, 4, "GOOD")
    later = clock.now + timedelta(days=40)
    assert queries.recording_of(body, now=later) is None
    assert queries.satisfaction_of(body) is None
    served(body, 1, "BAD")
    assert queries.recording_of(body, now=later) == 100
    assert queries.satisfaction_of(body) == 80
    clock.now = later
    assert "100 %" in page(f"/organizations/{body.ref}/")


def test_places_are_found_by_what_one_needs_there(clock: Clock):
    for name, access in (("大光明", ["STEP_FREE", "LOOP"]), ("老影院", [])):
        for _again in range(2):
            regions.put_point(
                kind="CINEMA",
                region=street(),
                name=name,
                address="南京西路216号",
                lat=31.23,
                lng=121.47,
                access=access,
                opens="9:00–21:00",
            )
    assert ServicePoint.objects.count() == 2
    assert "老影院" in page("/places/")
    found = page(f"/places/?access=LOOP&kind=CINEMA&district={district().code}")
    assert "大光明" in found
    assert "老影院" not in found
    assert "大光明" not in page("/places/?kind=REHAB")


def test_members_are_invited_confirm_and_leave(clock: Clock):
    body = organizations.organization()
    manager, somebody = Visitor(body.registered_by), accounts.user(name="新社工")
    manager.see("/org/settings/", body.name)
    given = {"organization": body.ref, "role": "COORDINATOR"}
    refused_page(manager, "/org/settings/", **given, address="13999999999")

    manager.do("/org/settings/", **given, address=str(somebody.phone))

    post = Membership.objects.get(user=somebody)
    assert post.confirmed_at is None
    invited = Visitor(somebody)
    invited.see("/org/settings/", body.name)
    invited.do(f"/org/members/{post.ref}/confirm/")
    manager.see("/org/settings/", "新社工")
    stranger = Visitor(accounts.user())
    assert stranger.client.post(f"/org/members/{post.ref}/end/").status_code == 404
    invited.do(f"/org/members/{post.ref}/end/")
    post.refresh_from_db()
    assert post.ends_on is not None


def test_the_statement_says_what_the_last_whole_look_found(monkeypatch, tmp_path):
    run = tmp_path / "looked_at.json"
    monkeypatch.setattr("web.public.home.LOOKED_AT", run)
    home.last_run.cache_clear()
    assert "最近一次全面检查" not in page("/help/accessibility/")

    run.write_text(
        '{"day": "2026-03-04", "pages": 2417, "displays": 5, "languages": 2, "violations": 3}'
    )
    home.last_run.cache_clear()
    said = page("/help/accessibility/")
    home.last_run.cache_clear()

    assert "2417" in said
    assert "3月4日" in said


def test_what_another_site_or_an_old_page_sends_gets_a_page_of_ours():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/complaints/new/", {"words": "没有按说好的来"})

    assert answer.status_code == 403
    words = answer.content.decode()
    assert "什么都没有改动" in words
    assert 'class="govuk-footer' in words or "vh-footer" in words
    english = client.post("/complaints/new/", headers={"accept-language": "en"}).content.decode()
    assert "Nothing was changed" in english
