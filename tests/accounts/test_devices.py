"""Where somebody is signed in: seen, ended one by one, or all others."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from accounts import actions, queries
from kernel.models import Session
from tests.conftest import Clock
from tests.factories import accounts as make
from tests.refused import last_event, names_since, refused
from web.account.devices import kind_of, words_of

pytestmark = pytest.mark.django_db

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 MicroMessenger/8.0.50"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def kinds(person, now):
    return [row.browser for row in queries.sessions_of(person, now=now)]


@pytest.mark.parametrize(
    ("agent", "codes"),
    [
        (EDGE, "EDGE WINDOWS"),
        (WECHAT, "WECHAT ANDROID"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile/15E Safari/604.1", "SAFARI IPHONE"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) Chrome/114.0 Safari/537.36 ArkWeb/4.1", "HUAWEI HARMONY"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "FIREFOX LINUX"),
        ("curl/8", "OTHER OTHER"),
        ("", "OTHER OTHER"),
    ],
)  # fmt: skip
def test_a_browser_is_kept_as_two_codes(agent, codes):
    assert kind_of(agent) == codes


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("EDGE WINDOWS", "Windows上的Edge"),
        ("WECHAT ANDROID", "安卓上的微信"),
        ("OTHER OTHER", "其他系统上的其他浏览器"),
        ("", "未知的浏览器"),
    ],
)
def test_and_said_in_plain_words(codes, words):
    assert words_of(codes) == words


def test_signing_in_notes_the_browser_and_coming_back_when_it_was_seen(clock: Clock, mailbox):
    person = make.user()
    client = Client(headers={"user-agent": EDGE})
    client.post("/account/enter/", {"address": person.phone})
    client.post("/account/enter/code/", {"code": mailbox.code})
    began = clock.now

    clock.to(began + timedelta(minutes=9))
    client.get("/account/")
    early = Session.objects.get(user_id=person.pk)
    clock.to(began + timedelta(minutes=10))
    page = client.get("/account/devices/").content.decode()
    late = Session.objects.get(user_id=person.pk)

    assert (early.browser, early.began_at, early.seen_at) == ("EDGE WINDOWS", began, began)
    assert (late.began_at, late.seen_at) == (began, clock.now)
    assert "Edge" in page
    assert "当前浏览器" in page
    assert "device-end" not in page
    assert "退出其他所有设备" not in page


def test_one_is_ended_and_the_others_stay(clock: Clock):
    person, other = make.user(), make.user()
    client = Client()
    client.force_login(person, backend=BACKEND)
    phone = make.signed_in(person, browser="SAFARI IPHONE")
    make.signed_in(person, browser="CHROME WINDOWS")
    foreign = make.signed_in(other)
    before = last_event()

    assert client.post(f"/account/devices/{foreign.ref}/end/").status_code == 404
    assert client.post(f"/account/devices/{phone.ref}/end/").status_code == 302
    assert client.post(f"/account/devices/{phone.ref}/end/").status_code == 404

    assert kinds(person, clock.now) == ["CHROME WINDOWS", ""]
    assert kinds(other, clock.now) == ["CHROME WINDOWS"]
    assert names_since(before) == ["session.ended"]
    page = client.get("/account/devices/").content.decode()
    assert "Windows上的Chrome" in page
    assert "iPhone" not in page


def test_to_end_this_one_is_to_leave(clock: Clock):
    person = make.user()
    client = Client()
    client.force_login(person, backend=BACKEND)
    (here,) = queries.sessions_of(person, now=clock.now)

    assert client.post(f"/account/devices/{here.ref}/end/")["Location"] == "/"
    assert not queries.sessions_of(person, now=clock.now).exists()


def test_all_others_end_at_once_and_tokens_stay(clock: Clock):
    person = make.user()
    client = Client()
    client.force_login(person, backend=BACKEND)
    make.signed_in(person)
    make.signed_in(person)
    token, _secret = actions.make_token(
        user=person, name="t", scopes=["read"], days=9, by=person, now=clock.now
    )
    before = last_event()

    assert client.post("/account/devices/end-others/").status_code == 302
    assert client.post("/account/devices/end-others/").status_code == 302

    assert kinds(person, clock.now) == [""]
    assert client.get("/account/").status_code == 200
    assert names_since(before) == ["sessions.ended"]
    token.refresh_from_db()
    assert token.revoked_at is None


def test_a_program_ends_them_too(clock: Clock):
    person = make.user()
    _token, secret = actions.make_token(
        user=person, name="t", scopes=["read", "write"], days=9, by=person, now=clock.now
    )
    client = Client(headers={"authorization": f"Bearer {secret}"})
    phone = make.signed_in(person, browser="SAFARI IPHONE")
    make.signed_in(person)

    listed = client.get("/api/v1/me/devices/").json()["results"]
    ended = client.delete(f"/api/v1/me/devices/{phone.ref}/")
    left = kinds(person, clock.now)
    others = client.post("/api/v1/me/end-other-sessions/", "{}", content_type="application/json")

    assert [row["browser"] for row in listed] == ["CHROME WINDOWS", "SAFARI IPHONE"]
    assert (ended.status_code, left) == (204, ["CHROME WINDOWS"])
    assert (others.status_code, kinds(person, clock.now)) == (200, [])


def test_the_own_browser_stays_when_it_asks_by_the_api(clock: Clock):
    person = make.user()
    client = Client()
    client.force_login(person, backend=BACKEND)
    make.signed_in(person)

    answer = client.post("/api/v1/me/end-other-sessions/", "{}", content_type="application/json")

    assert answer.status_code == 200
    assert kinds(person, clock.now) == [""]


def test_nobody_ends_the_sessions_of_somebody_else(clock: Clock):
    person, other = make.user(), make.user()
    row = make.signed_in(person)

    with refused("not_yours"):
        actions.end_session(user=person, ref=row.ref, by=other, now=clock.now)
    with refused("not_yours"):
        actions.end_other_sessions(user=person, but="", by=other, now=clock.now)
    actions.end_session(user=other, ref=row.ref, by=other, now=clock.now)
    assert kinds(person, clock.now) == ["CHROME WINDOWS"]


def test_the_copy_of_ones_data_names_the_devices(clock: Clock):
    person = make.user()
    client = Client()
    client.force_login(person, backend=BACKEND)
    make.signed_in(person)

    copy = json.loads(client.get("/account/data/copy/").content)

    assert [device["browser"] for device in copy["devices"]] == ["CHROME WINDOWS", ""]
