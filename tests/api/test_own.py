"""One's own affairs by program: papers with their file, grants, notices, whom not to meet, the end."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import Block, Credential, Token, User
from accounts.states import Purpose
from kernel.models import Event
from notifications.models import Dispatch, Notice
from tests.factories import accounts, matching, notifications

pytestmark = pytest.mark.django_db

V1 = "/api/v1/"


def client_of(user: User | None) -> APIClient:
    client = APIClient()
    if user:
        client.force_authenticate(user)
    return client


def said(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG", exif=b"Exif\0\0secret place")
    return out.getvalue()


def paper(**more: Any) -> dict[str, Any]:
    return {
        "kind": "LAWYER",
        "number": "A12345",
        "issuer": "上海市司法局",
        "issued_on": "2020-01-01",
        **more,
    }


def test_a_paper_is_handed_in_with_its_file_checked_by_the_street_and_taken_back(clock):
    me = accounts.volunteer().user
    mine, office = client_of(me), client_of(accounts.officer())

    sent = {**paper(), "file": SimpleUploadedFile("a.jpg", photo())}
    made = said(mine.post(V1 + "me/credentials/", sent, format="multipart"), 201)

    assert (made["has_file"], made["state"]) == (True, "SUBMITTED")
    file = office.get(f"{V1}credentials/{made['ref']}/file/")
    assert (file["Content-Type"], b"secret place" in file.content) == ("image/jpeg", False)
    assert Event.objects.filter(name="credential.opened").count() == 1
    assert mine.get(f"{V1}credentials/{made['ref']}/").status_code == 404  # nobody checks the own
    decided = said(
        office.post(f"{V1}credentials/{made['ref']}/decide/", {"accept": True}, format="json")
    )
    assert decided["state"] == "VALID"
    back = said(mine.post(f"{V1}me/credentials/{made['ref']}/withdraw/", {}, format="json"))
    assert back["state"] == "WITHDRAWN"


def test_a_file_sent_twice_with_its_key_is_one_paper_and_another_file_is_refused(clock):
    mine = client_of(accounts.volunteer().user)

    def send(content: bytes) -> Any:
        body = {**paper(), "file": ContentFile(content, "a.jpg")}
        return mine.post(
            V1 + "me/credentials/", body, format="multipart", headers={"Idempotency-Key": "k"}
        )

    first, again, other = send(photo()), send(photo()), send(photo() + b"\0")

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert Credential.objects.count() == 1


def test_a_resident_lets_somebody_act_and_ends_it(clock):
    resident, friend = accounts.resident(), accounts.user()
    mine, theirs = client_of(resident.user), client_of(friend)
    words = {"kind": "FAMILY", "evidence": "户口本", "valid_until": "2026-12-01"}

    grant = said(
        mine.post(
            V1 + "me/grants/",
            {**words, "resident": resident.ref, "address": str(friend.phone)},
            format="json",
        ),
        201,
    )

    assert grant["state"] == "VALID"
    people = said(theirs.get(V1 + "me/people/"))["results"]
    assert [(row["ref"], row["is_me"]) for row in people] == [(resident.ref, False)]
    assert said(theirs.post(f"{V1}me/grants/{grant['ref']}/end/", {}, format="json"))["state"] == (
        "WITHDRAWN"
    )
    assert said(theirs.get(V1 + "me/people/"))["results"] == []


def test_who_asks_to_act_knows_number_and_name_and_the_street_decides(clock):
    resident, asker = accounts.resident(), accounts.user()
    words = {"kind": "FAMILY", "evidence": "户口本", "valid_until": "2026-12-01"}
    theirs, office = client_of(asker), client_of(accounts.officer())

    wrong = theirs.post(
        V1 + "me/grants/", {**words, "number": resident.number, "name": "王五"}, format="json"
    )
    asked = said(
        theirs.post(
            V1 + "me/grants/",
            {**words, "number": resident.number, "name": "陈阿婆"},
            format="json",
        ),
        201,
    )

    assert (wrong.status_code, wrong.json()["code"]) == (400, "unknown_resident")
    seen = said(office.get(f"{V1}grants/{asked['ref']}/"))
    assert (seen["state"], seen["evidence"]) == ("SUBMITTED", "户口本")
    decided = office.post(f"{V1}grants/{asked['ref']}/decide/", {"accept": True}, format="json")
    assert said(decided)["state"] == "VALID"


def test_a_consent_of_the_resident_is_given_and_withdrawn_by_who_acts_for_them(clock):
    resident = accounts.resident()
    proxy = client_of(accounts.grant(resident).proxy)

    given = said(
        proxy.post(
            V1 + "me/consents/", {"purpose": "MATCHING", "resident": resident.ref}, format="json"
        ),
        201,
    )

    assert given["resident"] == resident.ref
    ended = said(proxy.delete(f"{V1}me/consents/{given['ref']}/"))
    assert ended["withdrawn_at"]
    assert not resident.consents.filter(purpose=Purpose.MATCHING, withdrawn_at=None).exists()


def test_notices_are_read_one_by_one_and_up_to_one(clock):
    me = accounts.user()
    first, second, third = (notifications.notice(me) for _n in range(3))
    mine = client_of(me)

    page = said(mine.get(V1 + "me/notices/?page_size=2"))
    assert [row["ref"] for row in page["results"]] == [third.ref, second.ref]
    assert page["results"][0]["title"]
    assert [row["ref"] for row in said(mine.get(page["next"]))["results"]] == [first.ref]
    assert said(mine.post(f"{V1}me/notices/{second.ref}/read/", {}, format="json"))["read_at"]
    left = said(mine.post(V1 + "me/notices/read/", {"up_to": second.ref}, format="json"))

    assert left == {"unread": 1}
    assert Notice.objects.get(read_at=None).pk == third.pk


def test_how_one_is_told_is_chosen(clock):
    mine = client_of(accounts.user())
    on = {"preferences": [{"group": "USEFUL", "channel": "SMS", "is_on": True}]}

    told = said(mine.put(V1 + "me/notice-preferences/", on, format="json"))
    quiet = said(mine.put(V1 + "me/quiet-hours/", {"starts": 1320, "ends": 420}, format="json"))

    assert on["preferences"][0] in told["preferences"]
    assert quiet["quiet_hours"] == {"starts": 1320, "ends": 420}
    assert said(mine.get(V1 + "me/notice-preferences/")) == quiet


def test_each_side_keeps_its_own_list_of_whom_not_to_meet(clock):
    task = matching.assignment()
    resident = task.opening.visit.request.resident.user
    theirs, mine = client_of(task.volunteer), client_of(resident)

    made = said(mine.post(V1 + "me/blocks/", {"assignment": task.ref}, format="json"), 201)

    assert made["side"] == "RESIDENT"
    assert said(theirs.get(V1 + "me/blocks/"))["results"] == []
    assert theirs.delete(f"{V1}me/blocks/{made['ref']}/").status_code == 404
    assert said(mine.delete(f"{V1}me/blocks/{made['ref']}/"))["lifted_at"]
    assert not Block.objects.filter(lifted_at=None).exists()


def test_a_shift_parts_nobody(clock):
    application = matching.application()
    task = matching.Assignment.objects.get(volunteer=application.volunteer)

    answer = client_of(task.volunteer).post(
        V1 + "me/blocks/", {"assignment": task.ref}, format="json"
    )

    assert answer.status_code in {400, 409}
    assert not Block.objects.exists()


def test_signing_in_twice_with_one_key_sends_one_code_and_makes_one_token(clock):
    me, client = accounts.user(), client_of(None)
    address = str(me.phone)

    def enter(key: str, **more: str) -> Any:
        return client.post(
            V1 + "sessions/",
            {"address": address, **more},
            format="json",
            headers={"Idempotency-Key": key},
        )

    assert said(enter("a"), 202) == said(enter("a"), 202) == {"sent": True}
    assert Dispatch.objects.filter(kind="sign_in_code").count() == 1
    digits = re.findall(r"\d{6,}", str(Dispatch.objects.get(kind="sign_in_code").words))[0]
    first, again = said(enter("b", code=digits), 201), said(enter("b", code=digits), 201)

    assert first["token"].startswith("vh_")
    assert again == {"expires_at": first["expires_at"]}  # a token is shown once
    assert Token.objects.filter(user=me).count() == 1
    assert enter("b", code="000000").json()["code"] == "key_reused"


def test_a_wrong_code_stays_counted_under_a_key(clock):
    me, client = accounts.user(), client_of(None)
    client.post(V1 + "sessions/", {"address": str(me.phone)}, format="json")

    answers = [
        client.post(
            V1 + "sessions/",
            {"address": str(me.phone), "code": "000000"},
            format="json",
            headers={"Idempotency-Key": "k"},
        ).json()["code"]
        for _try in range(7)
    ]

    assert answers[0] == "code_wrong"
    assert answers[-1] != "code_wrong"  # used up, although the same was said under one key


def test_a_complaint_without_an_account_is_followed_by_its_code(clock):
    nobody = client_of(None)
    accounts.officer()
    words = {"kind": "PERSON", "region": "310101001", "words": "说话很不客气"}

    made = said(nobody.post(V1 + "complaints/", words, format="json"), 201)
    wrong = nobody.post(
        V1 + "complaints/track/", {"number": made["number"], "code": "1"}, format="json"
    )
    followed = said(nobody.post(V1 + "complaints/track/", made, format="json"))
    ended = said(nobody.post(V1 + "complaints/track/withdraw/", made, format="json"))

    assert (wrong.status_code, wrong.json()["code"]) == (400, "not_found")
    assert (followed["state"], ended["state"]) == ("SUBMITTED", "WITHDRAWN")


def test_to_be_forgotten_is_meant(clock):
    me = accounts.volunteer().user
    mine = client_of(me)

    assert mine.post(V1 + "me/erase/", {}, format="json").status_code == 400
    assert mine.post(V1 + "me/erase/", {"for_good": False}, format="json").status_code == 400
    assert mine.post(V1 + "me/erase/", {"for_good": True}, format="json").status_code == 204
    assert User.objects.get(pk=me.pk).erased_at is not None


def test_a_child_is_registered_and_acted_for_only_once_the_street_has_agreed(clock):
    accounts.officer()
    parent = client_of(accounts.user())

    child = said(
        parent.post(
            V1 + "me/people/",
            {"name": "小明明", "region": "310101001", "consents": ["DISABILITY"]},
            format="json",
        ),
        201,
    )
    words = {"kind": "GUARDIAN", "evidence": "出生证明", "valid_until": "2026-12-01"}
    grant = said(
        parent.post(V1 + "me/grants/", {**words, "resident": child["ref"]}, format="json"), 201
    )

    assert (child["name"], grant["state"]) == ("小*明", "SUBMITTED")
    assert said(parent.get(V1 + "me/people/"))["results"] == []


def test_too_often_says_how_long_to_wait(clock):
    client = client_of(None)
    asked = [
        client.post(V1 + "sessions/", {"address": "13812345678"}, format="json")
        for _try in range(7)
    ]

    assert {answer.status_code for answer in asked[:-1]} == {202}
    refused = asked[-1]
    assert (refused.status_code, refused.json()["code"]) == (429, "too_often")
    assert refused["Content-Type"] == "application/problem+json"
    assert 0 < int(refused["Retry-After"]) <= 3600


def test_the_page_of_the_documents_asks_no_foreign_host(clock):
    page = client_of(None).get("/api/docs/").content.decode()

    assert "https://" not in page
    assert "favicon" in page
