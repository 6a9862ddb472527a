"""Pages about oneself: how one is told, papers, needs, people, a copy of one's data, and being forgotten."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import actions, queries
from accounts.models import Credential, ProxyGrant, ResidentProfile, Token
from accounts.states import Purpose
from help_requests.models import HelpRequest
from kernel.text import mask_name
from matching import actions as matching_actions
from matching.models import Assignment
from notifications import queries as told
from notifications.models import QuietHours
from notifications.states import Channel, Group
from tests.conftest import Clock
from tests.factories import accounts, help_requests, matching
from tests.factories import notifications as notices
from tests.factories import service_records as make
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db


def refused_page(visitor: Visitor, path: str, **given: object) -> str:
    """Post what is refused; expect the page again with its summary, and return it."""
    answer = visitor.client.post(path, given)
    page = answer.content.decode()
    assert answer.status_code == 422, (path, answer.status_code)
    assert 'id="error-summary"' in page
    return page


# --- how I am told ----------------------------------------------------------------------------------


def test_channels_and_quiet_hours(clock: Clock):
    user = accounts.user()
    visitor = Visitor(user)
    visitor.see("/account/notices/", "21:00")

    visitor.do("/account/notices/", cells=["MUST-SMS", "USEFUL-SMS"], starts="22:30", ends="7:00")

    table = told.preferences_of(user)
    assert table[Group.MUST, Channel.SMS]
    assert not table[Group.DIGEST, Channel.SMS]
    assert QuietHours.objects.get().starts == 22 * 60 + 30
    page = refused_page(visitor, "/account/notices/", cells=[], starts="25:00", ends="7:00")
    assert 'value="25:00"' in page
    refused_page(visitor, "/account/notices/", cells=[], starts="22:00", ends="7:00")


def test_ticks_and_files_look_like_all_other_fields(clock: Clock):
    visitor = Visitor(accounts.volunteer().user)
    for path, tick in (("/account/notices/", "cells-MUST-SMS"), ("/volunteer/profile/", "week-")):
        page = visitor.see(path, f'id="{tick}', f'for="{tick}')
        assert page.count('type="checkbox"') == page.count("govuk-checkboxes__input")
    assert "govuk-file-upload" in visitor.see("/volunteer/credentials/", 'type="file"')


def test_sign_out_everywhere(clock: Clock):
    user = accounts.user()
    here, there = Visitor(user), Visitor(user)
    assert here.do("/account/sessions/end/") == "/account/enter/"
    assert there.client.get("/account/").status_code == 302


# --- papers -----------------------------------------------------------------------------------------

PAPER = {
    "kind": "LAWYER",
    "number": "A12345",
    "issuer": "上海市司法局",
    "issued_on": "2020-01-01",
    "valid_until": "2027-01-01",
}


def test_a_paper_with_its_picture(clock: Clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    volunteer = accounts.volunteer()
    visitor = Visitor(volunteer.user)
    visitor.see("/volunteer/credentials/")
    upload = SimpleUploadedFile("x.pdf", b"%PDF-1.7 paper")

    visitor.do("/volunteer/credentials/", **PAPER, file=upload)

    paper = Credential.objects.get()
    visitor.see("/volunteer/credentials/", "上海市司法局")
    address = f"/credentials/{paper.ref}/file/"
    answer = visitor.client.get(address)
    assert (answer.content, answer["Content-Type"]) == (b"%PDF-1.7 paper", "application/pdf")
    assert "no-store" in answer["Cache-Control"]
    assert Visitor(accounts.officer()).client.get(address).status_code == 200
    for stranger in (accounts.user(), matching.ready_volunteer()):
        assert Visitor(stranger).client.get(address).status_code == 404
    visitor.do(f"/volunteer/credentials/{paper.ref}/withdraw/")
    assert Credential.objects.get().state == "WITHDRAWN"


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\xff\xd8\xff broken"])
def test_a_wrong_file_is_said_at_its_field_and_nothing_typed_is_lost(content, clock: Clock):
    visitor = Visitor(accounts.volunteer().user)
    page = refused_page(
        visitor, "/volunteer/credentials/", **PAPER, file=SimpleUploadedFile("x.pdf", content)
    )
    assert "id_file_error" in page
    assert "上海市司法局" in page


def test_without_a_profile_one_registers_first(clock: Clock):
    assert Visitor(accounts.user()).do("/volunteer/credentials/") == "/volunteer/register/"


# --- needs ------------------------------------------------------------------------------------------


def test_needs_are_said_once(clock: Clock):
    resident = accounts.resident()
    visitor = Visitor(resident.user)
    visitor.see("/my/needs/", "陈阿婆")

    visitor.do(
        "/my/needs/",
        needs=["WHEELCHAIR"],
        address="人民路1号",
        practical="敲三下",
        contact_name="邻居",
        contact_phone="13700000001",
        health_notes="青霉素过敏",
        health="on",
    )

    row = ResidentProfile.objects.get()
    assert queries.listed(row.needs) == ["WHEELCHAIR"]
    assert queries.facts(row.emergency_contact)["phone"] == "13700000001"
    assert row.health_notes == "青霉素过敏"
    visitor.see("/my/needs/", "敲三下", "青霉素过敏")
    page = refused_page(visitor, "/my/needs/", address="人民路2号", health_notes="青霉素")
    assert "人民路2号" in page
    assert "id_health_notes_error" in page
    refused_page(visitor, "/my/needs/", contact_name="邻居", contact_phone="1")
    visitor.do("/my/needs/", address="人民路1号")
    row = ResidentProfile.objects.get()
    assert not row.health_notes
    assert not queries.has_consent(row, Purpose.HEALTH)


def test_write_do_not_call_is_asked_once_and_kept(clock: Clock):
    resident = accounts.resident(needs=["TEXT_ONLY", "QUIET"])
    visitor = Visitor(resident.user)
    page = visitor.see("/my/needs/", "我的需要", "只有接受这次服务的志愿者看得到")
    assert 'value="TEXT_ONLY"' not in page
    assert "checked" in page.split('name="no_voice"')[1].split(">")[0]
    visitor.do("/my/needs/", needs=["QUIET"], no_voice="on")
    row = ResidentProfile.objects.get()
    assert (queries.listed(row.needs), row.no_voice) == (["QUIET"], True)


def test_a_proxy_says_them_too_but_reads_no_health_notes_without_leave(clock: Clock):
    resident = accounts.resident(health_notes="青霉素过敏")
    proxy = accounts.grant(resident).proxy
    visitor = Visitor(proxy)
    page = visitor.see(f"/my/needs/?resident={resident.ref}", "陈阿婆")
    assert "青霉素" not in page
    assert page.count("陈阿婆的需要") == 2  # title and heading
    visitor.do("/my/needs/", address="人民路3号")
    row = ResidentProfile.objects.get()
    assert (row.address, row.health_notes) == ("人民路3号", "青霉素过敏")
    stranger = accounts.resident().user
    assert Visitor(stranger).client.get(f"/my/needs/?resident={resident.ref}").status_code == 404
    assert Visitor(accounts.user()).do("/my/needs/") == "/my/register/"


# --- people -----------------------------------------------------------------------------------------


def test_asking_to_act_for_a_resident_needs_number_and_name(clock: Clock):
    resident = accounts.resident()
    visitor = Visitor(accounts.user(name="陈小弟"))
    given = {"kind": "FAMILY", "evidence": "户口本", "valid_until": "2027-01-01"}
    page = refused_page(visitor, "/my/people/ask/", number=resident.number, name="别人", **given)
    assert "id_number_error" in page

    visitor.do("/my/people/ask/", number=resident.number, name="陈阿婆", **given)

    grant = ProxyGrant.objects.get()
    assert (grant.state, grant.resident) == ("SUBMITTED", resident)
    page = visitor.see("/my/people/", mask_name("陈阿婆"))
    assert "陈阿婆" not in page
    visitor.do(f"/my/people/{grant.ref}/end/")
    assert ProxyGrant.objects.get().state == "WITHDRAWN"


def test_letting_somebody_act_holds_at_once_until_either_ends_it(clock: Clock):
    resident, helper = accounts.resident(), accounts.user(name="李四")
    visitor = Visitor(resident.user)
    given = {"kind": "FAMILY", "evidence": "女儿", "valid_until": "2027-01-01"}
    refused_page(visitor, "/my/people/add/", address="13999999999", **given)

    visitor.do("/my/people/add/", address=str(helper.phone), **given)

    grant = ProxyGrant.objects.get()
    assert grant.state == "VALID"
    visitor.see("/my/people/", "李四")
    assert Visitor(accounts.user()).client.post(f"/my/people/{grant.ref}/end/").status_code == 404
    visitor.do(f"/my/people/{grant.ref}/end/")
    assert Visitor(helper).do("/my/people/add/", **given) == "/my/register/"


def test_not_again_can_be_taken_back(clock: Clock):
    task = matching.assignment()
    block = matching_actions.part_ways(assignment=task, by=task.volunteer, now=clock.now)
    visitor = Visitor(task.volunteer)
    visitor.see("/my/people/", mask_name("陈阿婆"))
    assert (
        Visitor(accounts.user()).client.post(f"/my/not-again/{block.ref}/lift/").status_code == 404
    )
    visitor.do(f"/my/not-again/{block.ref}/lift/")
    assert queries.blocks_for(task.volunteer, now=clock.now).get().lifted_at


# --- my data ----------------------------------------------------------------------------------------


def test_a_copy_of_everything_is_for_oneself(clock: Clock):
    row = make.approved()
    clock.to(make.NEXT_DAY)
    resident = make.resident_of(row)
    accounts.credential(row.volunteer.volunteer)
    copies = {}
    for user in (row.volunteer, resident, accounts.user()):
        answer = Visitor(user).client.get("/account/data/copy/")
        assert "attachment" in answer["Content-Disposition"]
        copies[user.pk] = json.loads(answer.content)
    mine, theirs = copies[row.volunteer.pk], copies[resident.pk]
    assert mine["service_records"][0]["minutes"] == 90
    assert mine["points"][0]["amount"] == 6
    assert mine["volunteer"]["papers"][0]["kind"] == "LAWYER"
    assert theirs["resident"]["name"] == "陈阿婆"
    assert theirs["help_requests"][0]["state"] == "CLOSED"
    assert theirs["service_records"] == []


def test_being_forgotten_is_confirmed_in_so_many_words(clock: Clock):
    user = accounts.volunteer().user
    token, secret = actions.make_token(
        user=user, name="x", scopes=["read"], days=9, by=user, now=clock.now
    )
    visitor = Visitor(user)
    refused_page(visitor, "/account/data/erase/", sure="")
    assert visitor.do("/account/data/erase/", sure="on") == "/"
    assert visitor.client.get("/account/").status_code == 302
    user.refresh_from_db()
    assert user.erased_at is not None
    assert queries.token_user(secret, now=clock.now) is None
    assert Token.objects.get(pk=token.pk)


def test_what_was_still_open_is_called_off_when_somebody_is_forgotten(clock: Clock):
    task = matching.assignment()
    visit = task.opening.visit
    waiting = matching.offer(
        matching.opening(help_requests.visit(starts_at=visit.starts_at + timedelta(days=1))),
        task.volunteer,
    )
    resident = visit.request.resident.user
    actions.erase_person(user=task.volunteer, by=task.volunteer, now=clock.now)
    clock.to(clock.now + timedelta(minutes=1))
    task.refresh_from_db()
    waiting.refresh_from_db()
    assert (task.state, waiting.state) == ("CANCELLED", "WITHDRAWN")
    actions.erase_person(user=resident, by=resident, now=clock.now)
    clock.to(clock.now + timedelta(minutes=1))
    assert HelpRequest.objects.get(pk=visit.request_id).state == "CANCELLED"
    assert not Assignment.objects.filter(state="LIVE").exists()
    assert Client().get("/").status_code == 200


# --- news -------------------------------------------------------------------------------------------


def test_news_after_a_cursor_lose_nothing_and_are_ones_own(clock: Clock):
    user, other = accounts.user(), accounts.user()
    first, second = notices.notice(user), notices.notice(user)
    notices.notice(other)
    visitor = Visitor(user)

    def news(after: object) -> dict[str, object]:
        found: dict[str, object] = visitor.client.get(f"/notices/news/?after={after}").json()
        return found

    both = news(0)
    assert (both["cursor"], both["unread"], len(both["titles"])) == (second.pk, 2, 2)
    assert len(news(first.pk)["titles"]) == 1
    assert news(second.pk) == {"cursor": second.pk, "unread": 2, "titles": []}
    assert news("x") == news("9" * 30) == both
    assert f'data-cursor="{second.pk}"' in visitor.see("/account/")


def test_pages_of_who_is_signed_in_are_kept_in_no_cache():
    visitor = Visitor(accounts.user())

    assert visitor.client.get("/account/")["Cache-Control"] == "private, no-store"
    assert visitor.client.get("/")["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in Client().get("/")


def test_what_a_token_may_do_is_said_in_words():
    visitor = Visitor(accounts.user())
    given = {"name": "日历", "scopes": ["read", "write"], "days": 30}
    visitor.client.post("/account/tokens/", given)

    visitor.see("/account/tokens/", "读取、代我操作")
