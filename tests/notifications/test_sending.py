"""Messages: sealed, by the channels people want, in time, tried again, forgotten."""

import json
import threading
import time
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.db import connection

from accounts import actions as people
from accounts import gateways as codes
from kernel.models import Event, PersonKey
from kernel.workdays import SHANGHAI
from notifications import actions, audit, gateways, jobs, queries, rules
from notifications.gateways import sms
from notifications.models import Dispatch, Notice, QuietHours
from notifications.states import Channel, Group, Haste
from tests.factories import accounts
from tests.factories import notifications as make
from tests.factories.accounts import NOON
from tests.refused import last_event, names_since, refused

pytestmark = pytest.mark.django_db
DEMO = {"SMS": "notifications.gateways.sms.demo", "EMAIL": "notifications.gateways.email.demo"}


@pytest.fixture
def demo(settings):
    settings.HUB_SMS, settings.HUB_EMAIL = DEMO["SMS"], DEMO["EMAIL"]
    return settings


def down(*, address, words, request_id):
    raise ConnectionRefusedError("nobody listens")


def hang(*, address, words, request_id):
    time.sleep(30)


def slow(*, address, words, request_id):
    return "x" * 100


def at(text: str) -> datetime:
    """Return a moment of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# --- what is written -----------------------------------------------------------------------------


def both_addresses():
    user = accounts.user()
    user.email = "wang@example.org"
    user.save(update_fields=["email"])
    return user


def test_a_message_is_sealed_and_in_the_persons_language():
    user = accounts.user()
    user.language = "en"

    message = make.message(user=user)

    assert (message.address, message.user) == (user.phone, user)
    assert message.words == "You are a volunteer again."
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, words FROM notifications_dispatch")
        raw = b"".join(bytes(column) for column in cursor.fetchone())
    assert user.phone.encode() not in raw
    assert b"volunteer" not in raw


def test_what_must_be_known_goes_by_every_channel_there_is_and_the_rest_by_mail():
    user = both_addresses()

    must = make.notice(user)
    useful = make.notice(user, kind="points_awarded", facts={"n": 3}, link="/volunteer/hours/")

    assert set(must.dispatches.values_list("channel", flat=True)) == {"SMS", "EMAIL"}
    assert set(useful.dispatches.values_list("channel", flat=True)) == {"EMAIL"}


def test_a_mail_has_a_subject_the_words_and_a_link(settings):
    settings.HUB_ORIGIN = "https://hub.example.org"
    user = both_addresses()
    user.language = "en"

    notice = make.notice(user, kind="points_awarded", facts={"n": 3}, link="/volunteer/hours/")

    message = notice.dispatches.select_related("key").get()
    assert message.words.splitlines() == [
        "You have earned 3 points",
        "",
        "They come from your approved hours.",
        "",
        "https://hub.example.org/volunteer/hours/",
    ]


def test_what_was_switched_off_is_not_sent_but_stands_in_the_inbox():
    user = both_addresses()
    actions.set_preferences(chosen={(Group.USEFUL, Channel.EMAIL): False}, by=user, now=NOON)

    notice = make.notice(user, kind="points_awarded", facts={"n": 3}, link="/")

    assert not notice.dispatches.exists()
    assert notice in queries.notices_for(user)


@pytest.mark.parametrize(
    ("now", "quiet", "haste", "starts_at", "expected"),
    [
        ("2026-03-04T12:00", (21, 8), Haste.NONE, None, "2026-03-04T12:00"),
        ("2026-03-04T20:59", (21, 8), Haste.NONE, None, "2026-03-04T20:59"),
        ("2026-03-04T21:00", (21, 8), Haste.NONE, None, "2026-03-05T08:00"),
        ("2026-03-05T07:59", (21, 8), Haste.NONE, None, "2026-03-05T08:00"),
        ("2026-03-05T08:00", (21, 8), Haste.NONE, None, "2026-03-05T08:00"),
        ("2026-03-04T21:00", (21, 8), Haste.SAFETY, None, "2026-03-04T21:00"),
        ("2026-03-04T22:00", (21, 8), Haste.SAME_DAY, None, "2026-03-05T08:00"),
        ("2026-03-04T22:00", (21, 8), Haste.SAME_DAY, "2026-03-05T14:00", "2026-03-05T08:00"),
        ("2026-03-04T22:00", (21, 8), Haste.SAME_DAY, "2026-03-05T10:00", "2026-03-04T22:00"),
        ("2026-03-05T06:00", (21, 8), Haste.SAME_DAY, "2026-03-05T20:00", "2026-03-05T06:00"),
        ("2026-03-05T06:00", (21, 8), Haste.NONE, "2026-03-05T20:00", "2026-03-05T08:00"),
        ("2026-03-04T13:00", (12, 14), Haste.NONE, None, "2026-03-04T14:00"),
        ("2026-03-04T11:00", (12, 14), Haste.NONE, None, "2026-03-04T11:00"),
        ("2026-03-04T12:00", (12, 12), Haste.NONE, None, "2026-03-04T12:00"),
    ],
)
def test_the_night_is_quiet_but_for_safety_and_the_same_day(now, quiet, haste, starts_at, expected):
    hours = QuietHours(starts=quiet[0] * 60, ends=quiet[1] * 60)

    when = rules.send_at(
        haste=haste, quiet=hours, starts_at=starts_at and at(starts_at), now=at(now)
    )

    assert when == at(expected)


@pytest.mark.parametrize(
    "kind",
    [
        *("request_accepted", "visit_matched", "visit_moved", "visit_cancelled", "offer"),
        *(
            "application_accepted",
            "application_promoted",
            "application_refused",
            "application_waiting",
        ),
        *("task_made", "task_moved", "task_cancelled", "task_given_back", "opening_escalated"),
    ],
)
def test_what_concerns_a_service_of_this_morning_does_not_wait_for_the_end_of_the_night(kind):
    early = at("2026-03-05T07:48")

    notice = make.notice(
        both_addresses(),
        kind=kind,
        facts={"starts_at": "2026-03-05T10:00:00+08:00", "n": 1},
        link="/",
        now=early,
    )

    sent = notice.dispatches.values_list("send_at", flat=True)
    assert set(sent) == {early}


def test_a_message_of_the_night_waits_for_the_morning(demo, clock):
    night = at("2026-03-04T23:00")
    message = make.message(now=night)
    clock.to(night)

    assert jobs.send_due() == 0
    clock.to(at("2026-03-05T08:00"))
    assert jobs.send_due() == 1

    message.refresh_from_db()
    assert message.state == "SENT"


# --- what becomes of it --------------------------------------------------------------------------


def test_a_message_is_sent_once(demo, clock):
    message, before = make.message(), last_event()

    assert (jobs.send_due(), jobs.send_due()) == (1, 0)

    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == ("SENT", NOON, 1)
    assert message.gateway_id == f"demo-{message.ref}"
    assert names_since(before) == ["message.sent"]


def test_of_two_senders_one_has_the_message():
    message = make.message()
    twin = Dispatch.objects.get(pk=message.pk)

    assert actions.claim_message(dispatch=message, now=NOON)
    assert not actions.claim_message(dispatch=twin, now=NOON)


def test_who_was_killed_while_sending_leaves_it_to_the_next(demo, clock):
    message = make.message()
    actions.claim_message(dispatch=message, now=NOON)  # and was killed
    clock.to(NOON + rules.LEASE)

    assert jobs.send_due() == 1

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("SENT", 2)


def test_a_message_that_another_sender_finished_is_left_alone(demo, clock, monkeypatch):
    message = make.message()
    take = gateways.send

    def send_late(**given):
        answer = take(**given)
        Dispatch.objects.filter(pk=message.pk).update(state="SENT", gateway_id="of the other")
        return answer

    monkeypatch.setattr(gateways, "send", send_late)

    assert jobs.send_due() == 1

    message.refresh_from_db()
    assert (message.state, message.gateway_id) == ("SENT", "of the other")


def test_a_provider_that_is_down_is_asked_again_each_time_later(settings, clock):
    settings.HUB_SMS = f"{__name__}.down"
    message = make.message()

    waits = []
    for attempt in range(1, rules.MOST_ATTEMPTS):
        assert jobs.send_due() == 1
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("WAITING", attempt)
        waits.append(int((message.send_at - clock.now).total_seconds()))
        clock.to(message.send_at)
    jobs.send_due()

    message.refresh_from_db()
    assert waits == [30, 60, 120, 240, 480, 960, 1920]
    assert message.state == "FAILED"
    assert Event.objects.get(name="message.failed").data["why"] == "ConnectionRefusedError"


def test_a_failed_message_can_be_tried_once_more(demo, clock):
    message = make.message()
    actions.give_up(dispatch=message, why="down", now=NOON)

    actions.try_message_again(dispatch=message, now=NOON)
    jobs.send_due()

    message.refresh_from_db()
    assert message.state == "SENT"
    with refused("illegal_move"):
        actions.try_message_again(dispatch=message, now=NOON)


def test_a_provider_that_hangs_is_given_up_in_time(settings, clock):
    settings.HUB_SMS = f"{__name__}.hang"
    settings.HUB_PROVIDER_SECONDS = 0.2
    message = make.message()
    begins = time.monotonic()

    jobs.send_due()

    assert time.monotonic() - begins < 5
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("WAITING", 1)


def test_a_run_is_bounded_in_time(demo, clock, monkeypatch):
    make.message()
    monkeypatch.setattr(jobs, "SECONDS", -1.0)

    assert jobs.send_due() == 0


def test_a_message_that_is_claimed_meanwhile_is_not_sent_here(demo, clock, monkeypatch):
    message = make.message()
    stale = Dispatch.objects.filter(pk=message.pk).select_related("key")
    list(stale)  # read before the other one claims it
    actions.claim_message(dispatch=message, now=NOON)
    monkeypatch.setattr(queries, "due_messages", lambda now: stale)

    assert jobs.send_due() == 0


def test_what_was_written_to_somebody_who_was_erased_is_not_sent(demo, clock):
    message = make.message()
    message.key.destroy(now=NOON)

    jobs.send_due()

    assert Dispatch.objects.get().state == "FAILED"
    assert Event.objects.get(name="message.failed").data["why"] == "erased"


# --- sign-in codes -------------------------------------------------------------------------------


def test_a_code_is_carried_by_this_room_to_known_and_unknown_alike():
    known = accounts.user()

    for address in (known.phone, "13700000000"):
        people.request_code(address=address, ip="::1", language="zh-hans", now=NOON)

    sent = list(Dispatch.objects.order_by("pk").select_related("key"))
    assert [message.address for message in sent] == [known.phone, "13700000000"]
    assert {(message.user, message.notice, message.kind) for message in sent} == {
        (None, None, "sign_in_code")
    }
    assert known.key not in {message.key for message in sent}


def test_a_code_by_mail_has_a_subject():
    message = make.code_message(channel="EMAIL", address="a@example.org")

    assert message.channel == "EMAIL"
    assert message.words.startswith("Your sign-in code\n\n246810 is")


def test_a_code_stands_in_no_table_in_clear():
    make.code_message(code="975310")

    with connection.cursor() as cursor:
        cursor.execute("SELECT address, words FROM notifications_dispatch")
        raw = b"".join(bytes(column) for column in cursor.fetchone())

    assert b"975310" not in raw
    assert not Event.objects.filter(data__icontains="975310").exists()


def test_a_code_is_forgotten_with_its_key_after_ten_minutes(demo, clock):
    message = make.code_message()
    jobs.send_due()
    clock.to(NOON + timedelta(minutes=10))

    jobs.forget()

    message.refresh_from_db()
    assert (message.state, message.words, message.address) == ("SENT", None, None)
    assert PersonKey.objects.get(pk=message.key_id).wrapped is None


def test_a_code_that_could_not_be_sent_in_time_is_given_up(settings, clock):
    settings.HUB_SMS = f"{__name__}.down"
    late, never = make.code_message(), make.code_message()
    Dispatch.objects.filter(pk=never.pk).update(send_at=NOON + timedelta(minutes=10))
    for _try in range(5):
        jobs.send_due()
        late.refresh_from_db()
        clock.to(late.send_at)
    assert late.state == "FAILED"  # the next try would come after it ran out

    clock.to(NOON + timedelta(minutes=10))
    jobs.send_due()
    never.refresh_from_db()
    assert never.state == "FAILED"
    assert Event.objects.filter(name="message.failed").last().data["why"] == "expired"


def test_a_code_still_waiting_is_given_up_when_it_is_forgotten():
    message = make.code_message()

    forgotten = actions.forget_messages(now=NOON + timedelta(minutes=10))

    message.refresh_from_db()
    assert (forgotten, message.state, message.words) == (1, "FAILED", None)


def test_the_words_of_all_else_are_forgotten_after_thirty_days(demo, clock):
    message, waiting = make.message(), make.message()
    Dispatch.objects.filter(pk=waiting.pk).update(send_at=NOON + timedelta(days=90))
    jobs.send_due()

    assert actions.forget_messages(now=NOON + timedelta(days=29)) == 0
    assert actions.forget_messages(now=NOON + timedelta(days=30)) == 1

    message.refresh_from_db()
    waiting.refresh_from_db()
    assert (message.words, waiting.words is None) == (None, False)
    assert Notice.objects.filter(pk=message.notice_id).exists()


# --- the outbox of the demo ----------------------------------------------------------------------


def test_the_outbox_shows_what_was_written_in_the_demo_and_nothing_elsewhere(settings):
    message, code, forgotten = make.message(), make.code_message(), make.code_message()
    erased = make.message()
    erased.key.destroy(now=NOON)
    Dispatch.objects.filter(pk=forgotten.pk).update(words=None, address=None)

    settings.DEMO = True
    shown = list(queries.outbox())
    settings.DEMO = False

    assert shown == [code, message]
    assert not queries.outbox().exists()


# --- providers -----------------------------------------------------------------------------------


class Provider(BaseHTTPRequestHandler):
    """A provider of text messages as the adapter expects it."""

    answer = (200, b'{"id": "p-1"}')
    taken: list[dict] = []

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        self.taken.append({**body, "token": self.headers["Authorization"], "path": self.path})
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(self.answer[1])

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider(settings):
    server = HTTPServer(("127.0.0.1", 0), Provider)
    Provider.taken, Provider.answer = [], (200, b'{"id": "p-1"}')
    settings.HUB_SMS = "notifications.gateways.sms.http"
    settings.HUB_SMS_URL = f"http://127.0.0.1:{server.server_port}/send"
    settings.HUB_SMS_TOKEN = "secret"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Provider
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_text_is_posted_with_its_request_id_and_token(provider):
    provider_id = gateways.send(channel=Channel.SMS, address="138", words="您好", request_id="r-1")

    assert provider_id == "p-1"
    assert provider.taken == [
        {"id": "r-1", "to": "138", "text": "您好", "token": "Bearer secret", "path": "/send"}
    ]


@pytest.mark.parametrize("body", [b"", b"ok", b"[1]", b"{}"])
def test_an_answer_without_an_id_is_known_by_ours(provider, body):
    provider.answer = (202, body)

    assert sms.http(address="138", words="您好", request_id="r-1") == "r-1"


def test_a_provider_that_refuses_has_not_taken_it(provider):
    provider.answer = (503, b"busy")

    with pytest.raises(gateways.GatewayDown) as caught:
        gateways.send(channel=Channel.SMS, address="138", words="您好", request_id="r-1")

    assert str(caught.value) == "ConnectionError"


def test_no_provider_is_a_provider_that_is_down(settings):
    settings.HUB_SMS_URL = ""

    with pytest.raises(ConnectionError):
        sms.http(address="138", words="您好", request_id="r-1")


def test_a_secure_provider_is_spoken_to_securely(settings):
    settings.HUB_SMS_URL = "https://127.0.0.1:9/"

    with pytest.raises(ConnectionRefusedError):
        sms.http(address="138", words="您好", request_id="r-1")


def test_a_mail_is_handed_to_the_mail_server(settings):
    settings.HUB_EMAIL = "notifications.gateways.email.smtp"

    given = gateways.send(
        channel=Channel.EMAIL, address="a@example.org", words="题目\n\n正文\n", request_id="r-2"
    )

    message = mail.outbox[0]
    assert (given, message.subject, message.body) == ("r-2", "题目", "正文")
    assert message.to == ["a@example.org"]
    assert message.extra_headers["Message-ID"] == "<r-2@localhost>"


def test_the_demos_adapters_answer_as_the_real_ones(demo):
    answers = [
        gateways.send(channel=channel, address="x", words="y", request_id="r-3")
        for channel in Channel
    ]

    assert answers == ["demo-r-3", "demo-r-3"]


def test_a_long_id_of_a_provider_is_cut(settings):
    settings.HUB_SMS = f"{__name__}.slow"

    given = gateways.send(channel=Channel.SMS, address="x", words="y", request_id="r-4")

    assert given == "x" * 60


def test_this_room_is_who_carries_codes():
    assert codes._senders == [actions.write_code]


# --- verify --------------------------------------------------------------------------------------


def test_verify_names_a_message_to_another_person_and_a_notice_without_words():
    message, other = make.message(), accounts.user()
    notice = make.notice()
    assert list(audit.broken()) == []

    Dispatch.objects.filter(pk=message.pk).update(user=other)
    Notice.objects.filter(pk=notice.pk).update(kind="gone")

    assert list(audit.broken()) == [
        (
            "I11",
            f"notifications_dispatch#{message.pk}: goes to another person than its notice",
        ),
        ("notices", f"notifications_notice#{notice.pk}: no words for gone"),
    ]
