"""The words of notices: every kind has them, in both languages, short and without personal data."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from notifications import queries
from notifications.events import HEARD
from notifications.states import KINDS
from tests.factories import notifications as make

FOLDER = Path(settings.ROOT) / "templates" / "notifications"
MOMENT = "2026-12-20T06:00:00+00:00"  # 14:00 in Shanghai
FACTS = {
    "number": "R1234567890",
    "what": {"zh": "陪同就医", "en": "Accompany to a doctor"},
    "place": {"zh": "南京东路街道", "en": "Nanjing East Road"},
    "name": "浦江助残服务社",
    "credential": "LAWYER",
    "proxy": "FAMILY",
    "role": "STREET",
    "member": "VOLUNTEER",
    "incident": "FALL",
    "ruling": "PARTLY",
    "case": "appeal",
    "minutes": 120,
    "n": 5,
    "code": "246810",
    **dict.fromkeys(("at", "starts_at", "ends_at", "until_at", "due_at"), MOMENT),
    **dict.fromkeys(("until_on", "due_on", "acknowledge_on", "conclude_on"), "2026-12-20"),
}
ALL = [*KINDS, "sign_in_code"]


def test_every_kind_has_its_words_and_no_words_are_for_nothing():
    assert sorted(folder.name for folder in FOLDER.iterdir()) == sorted(ALL)


def test_every_telling_is_of_a_known_kind_and_every_kind_is_told():
    by_the_clock = {"task_tomorrow", "task_soon", "visit_tomorrow", "visit_soon"}
    told = {telling.kind for tellings in HEARD.values() for telling in tellings}

    assert told | by_the_clock | {"credential_expiring"} == set(KINDS)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", ALL)
def test_every_kind_can_be_read_in_both_languages(kind, language):
    with override(language):
        words = queries.rendered_facts(kind, FACTS)
        short = queries.short_words(kind, FACTS)

    whole = f"{words.title}\n{words.text}\n{short}"
    assert words.title
    assert words.text
    assert 0 < len(short) <= 70
    assert not any(sign in whole for sign in ("%(", "{{", "None", "[]"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_that_is_missing_leaves_no_hole(kind):
    bare = {**FACTS, "until_on": "", "ruling": "", "code": None}
    del bare["due_at"]

    with override("en"):
        words = queries.rendered_facts(kind, bare)

    assert "None" not in f"{words.title}{words.text}"


def test_times_are_local_and_names_are_in_the_readers_language():
    with override("en"):
        english = queries.rendered_facts("offer", FACTS)
    with override("zh-hans"):
        chinese = queries.rendered_facts("offer", FACTS)

    assert "Accompany to a doctor" in english.title
    assert "14:00" in english.title
    assert "陪同就医" in chinese.title
    assert "14:00" in chinese.title


def test_numbers_stand_as_they_are_spoken_and_codes_as_words():
    with override("en"):
        received = queries.rendered_facts("request_received", FACTS)
        concluded = queries.rendered_facts("case_concluded", FACTS)

    assert "R 1234 567 890" in received.text
    assert "you are right in part" in concluded.text


def test_what_an_organization_calls_its_project_is_plain_text():
    facts = {**FACTS, "what": "<b>读书会</b> & 茶"}

    with override("en"):
        words = queries.rendered_facts("project_published", facts)

    assert words.title.endswith("<b>读书会</b> & 茶")


@pytest.mark.django_db
def test_a_notice_is_put_into_words_when_it_is_read():
    notice = make.notice(kind="points_awarded", facts={"n": 6}, link="/volunteer/hours/")

    with override("en"):
        words = queries.rendered(notice)

    assert words == ("You have earned 6 points", "They come from your approved hours.")


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_told_to_phone(kind):
    source = "".join(path.read_text() for path in (FOLDER / kind).iterdir()).lower()

    assert not any(word in source for word in ("phone", "call ", "tel:"))
