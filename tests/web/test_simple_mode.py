"""Simple mode: three links, one thing a page; what is left out is one link away."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from help_requests.actions import load_reference
from help_requests.models import HelpRequest, ServiceType
from kernel.workdays import local_date
from matching import actions as matched
from tests.conftest import Clock
from tests.factories import accounts, matching, organizations
from tests.factories.service_records import unconfirmed
from tests.web.test_chain import Visitor
from web.resident.questions import TILES
from web.shared.navigation import VISITOR

pytestmark = pytest.mark.django_db
ALL = "显示本页全部内容"


def simple(client: Client) -> Client:
    """Have the browser ask for simple mode."""
    client.cookies[f"hub_display_{settings.HUB_ID}"] = "light.large.simple"
    return client


def main_of(text: str) -> str:
    """Return what stands between header and footer."""
    return text[text.index("</nav>") : text.index('<div id="status"')]


def seen(client: Client, path: str) -> str:
    """Return a short page; it has one main button at most."""
    answer = client.get(path)
    text = answer.content.decode()
    assert answer.status_code == 200, path
    assert len(re.findall(r'class="govuk-button"', main_of(text))) <= 1, path
    assert text.count("govuk-service-navigation__link") == 3, path
    return text


def questions(text: str) -> set[str]:
    """Return the names of the fields that the page asks for."""
    names = set(re.findall(r'<(?:input|textarea|select)[^>]*?name="(\w+)"', main_of(text)))
    return names - {"csrfmiddlewaretoken", "once", "back"}


# --- the menu ---------------------------------------------------------------------------------------


def test_three_links_and_help_leads_to_all_others(clock: Clock):
    load_reference()
    clients = [
        Client(),
        Visitor(accounts.resident().user).client,
        Visitor(accounts.officer()).client,
    ]
    for client in clients:
        links = set(
            re.findall(r'navigation__link" href="([^"]+)"', client.get("/help/").content.decode())
        )
        text = seen(simple(client), "/help/")
        few = set(re.findall(r'navigation__link" href="([^"]+)"', text))
        assert "/help/" in few
        for link in links - few:
            assert f'<li><a class="vh-deed" href="{link}">' in text, link
        assert text.count('id="unread"') == (client is not clients[0])
    assert len(VISITOR) > 3


def test_the_choice_goes_with_the_account_to_another_browser(clock: Clock):
    here, there = Visitor(user := accounts.user()), Visitor(user)
    here.do("/display/", theme="auto", text="large", mode="simple")
    assert 'data-mode="simple"' in there.see("/account/")
    there.do("/display/", theme="dark", text="normal", mode="full")
    assert 'data-theme="dark" data-text="normal" data-mode="full"' in there.see("/account/")


# --- short pages ------------------------------------------------------------------------------------


def shorter(client: Client, path: str, *left_out: str) -> str:
    """Expect the page without these words, which a link brings back."""
    short = seen(simple(client), path)
    answer = client.get(f"{path}?all=1").content.decode()
    assert ALL in short
    assert ALL not in answer
    for words in left_out:
        assert words in answer, (path, words)
        assert words not in short, (path, words)
    return short


def test_home_has_the_two_doors(clock: Clock):
    project = organizations.published_project()
    text = shorter(Client(), "/", project.ref)
    assert text.count('<a class="vh-door') == 2
    assert "106 9012 385" in text


def test_my_page_has_the_next_visit_and_one_button(clock: Clock):
    task = matched.accept_offer(
        offer=(offer := matching.offer()), by=offer.volunteer, now=clock.now
    )
    request = task.opening.visit.request
    client = Visitor(request.resident.user).client
    text = shorter(client, "/my/", f"/help-requests/{request.ref}/")
    assert f"/visits/{task.opening.visit.ref}/" in text


def test_an_offer_and_a_task_say_what_to_do(clock: Clock):
    offer = matching.offer()
    client = Visitor(offer.volunteer).client
    text = shorter(client, f"/offers/{offer.ref}/", "为什么找您")
    assert f"/offers/{offer.ref}/accept/" in text
    assert f"/offers/{offer.ref}/extend/" in text
    task = matched.accept_offer(offer=offer, by=offer.volunteer, now=clock.now)
    text = shorter(client, f"/assignments/{task.ref}/", "vh-steps")
    assert f"/assignments/{task.ref}/incident/" in text


def test_after_a_visit_the_confirmation_comes_before_anything_else(clock: Clock):
    record = unconfirmed()
    visit = record.assignment.opening.visit
    client = Visitor(visit.request.resident.user).client
    path, task = f"/visits/{visit.ref}/", record.assignment.ref
    text = shorter(client, path, f"{path}evaluate/{task}/", f"{path}not-again/{task}/")
    assert f"{path}confirm/{record.ref}/" in text
    client.post(f"{path}confirm/{record.ref}/")
    assert f"{path}evaluate/{task}/" in seen(client, path)


# --- asking -----------------------------------------------------------------------------------------


def test_every_tile_of_the_catalogue_has_its_word(clock: Clock):
    load_reference()
    assert set(ServiceType.objects.values_list("tile", flat=True)) == set(TILES)


def answered(client: Client, path: str, names: set[str], **given: str) -> str:
    """Answer the one question of a page; return where it leads."""
    text = seen(client, path)
    assert questions(text) == names, path
    answer = client.post(path, given)
    assert answer.status_code == 302, (path, answer.status_code)
    return str(answer["Location"])


def begun(client: Client) -> str:
    """Begin to ask, and choose the doctor's tile; return the page of its kinds."""
    answer = client.post("/help-requests/new/")
    what = answer["Location"]
    text = seen(client, what)
    assert questions(text) == set()
    assert text.count("vh-tile-link") == len(TILES)
    assert '<a class="vh-tile-link" href="?tile=medical">' in text
    return f"{what}?tile=medical"


def test_a_resident_is_asked_one_question_a_page(clock: Clock):
    load_reference()
    client = simple(Visitor(accounts.resident().user).client)
    kinds = begun(client)
    assert seen(client, kinds).count('name="service_type"') == 3
    assert client.post(kinds, {"sent": "1"}).status_code == 422
    wish = answered(client, kinds, {"service_type"}, service_type="B1")
    day = answered(client, wish, {"wish"}, wish="想去复诊")
    tomorrow = local_date(clock.now) + timedelta(days=1)
    assert client.post(day, {"day": "other"}).status_code == 422
    start = answered(client, day, {"day", "other_day"}, day=tomorrow.isoformat())
    assert client.post(start, {"start": "25:00"}).status_code == 422
    where = answered(client, start, {"start"}, start="14:00")
    address = answered(client, where, {"place"}, place="OTHER")
    assert client.post(address, {"address": ""}).status_code == 422
    who = answered(client, address, {"address", "region"}, address="人民广场1号口")
    assert "人民广场1号口" in seen(client, where.replace("where", "address"))
    assert answered(client, where, {"place"}, place="HOME") == who
    language = answered(client, who, {"gender_wish"}, gender_wish="")
    check = answered(client, language, {"language"}, language="SHANGHAINESE")
    assert "想去复诊" in seen(client, check)
    assert client.post(check, {"sent": "1"}).status_code == 302

    row = HelpRequest.objects.get()
    kept = (row.state, row.service_type_id, row.wish, row.wish_source, row.minutes, row.is_weekly)
    assert kept == ("SUBMITTED", "B1", "想去复诊", "OWN_WORDS", 180, False)
    assert row.language == "SHANGHAINESE"
    assert f"{row.starts_at:%Y-%m-%d %H:%M}" == f"{tomorrow} 06:00"  # UTC


def test_a_proxy_is_also_asked_how_the_wish_is_known(clock: Clock):
    load_reference()
    client = simple(Visitor(accounts.grant(accounts.resident()).proxy).client)
    wish = answered(client, begun(client), {"service_type"}, service_type="B2")
    source = answered(client, wish, {"wish"}, wish="取药")
    assert HelpRequest.objects.get().wish_source == ""
    assert "?ask=source" in source
    answered(client, source, {"wish_source"}, wish_source="OBSERVED")
    assert HelpRequest.objects.get().wish_source == "OBSERVED"


def test_a_weekly_request_stays_weekly_and_a_lost_day_is_asked_again(clock: Clock):
    load_reference()
    client = Visitor(accounts.resident().user).client
    client.post("/help-requests/new/")
    row = HelpRequest.objects.get()
    when = f"/help-requests/{row.ref}/when/"
    full = client.get(f"{when}?ask=start").content.decode()
    assert questions(full) > {"day", "start", "minutes", "is_weekly"}
    given = {"day": "2026-03-06", "start": "14:00", "minutes": "120", "is_weekly": "on"}
    given |= {"place": "HOME", "places": "1"}
    assert client.post(when, given).status_code == 302
    simple(client)
    assert questions(seen(client, f"{when}?ask=start&day=x")) == {"day", "other_day"}
    assert questions(seen(client, f"{when}?all=1")) == questions(full)
    client.post(f"{when}?ask=start&day=2026-03-09", {"start": "9:00"})
    row.refresh_from_db()
    assert (row.is_weekly, str(row.repeats_until)) == (True, "2026-06-01")


def test_colours_and_size_change_the_roots_attributes_alone():
    client, roots, rests = Client(), set(), set()
    for display in ("light.normal.full", "dark.normal.full", "contrast.largest.full"):
        client.cookies[f"hub_display_{settings.HUB_ID}"] = display
        text = client.get("/help/").content.decode()
        root = re.search(r"<html[^>]*>", text)
        assert root
        roots.add(root[0])
        rests.add(
            re.sub(
                r'((?:csrfmiddlewaretoken|once)" value=)"[\w-]+"', r"\1", text.replace(root[0], "")
            )
        )

    assert (len(roots), len(rests)) == (3, 1)
