"""Between two facts on one line stands what the reader's language puts there."""

import re

import pytest
from django.utils import translation

from kernel.text import enumerated
from tests.conftest import Clock
from tests.factories import accounts, help_requests
from tests.web.test_chain import Visitor
from web.shared.templatetags.hub import colon, hours, listed

pytestmark = pytest.mark.django_db


def in_english(visitor: Visitor, path: str) -> str:
    """Return the words of a page in English, without its markup."""
    page = visitor.client.get(path, headers={"accept-language": "en"}).content.decode()
    return re.sub(r"<[^>]*>", "", page)


@pytest.mark.parametrize("path", ["/console/", "/console/requests/", "/console/reports/", "/my/"])
def test_an_english_page_has_no_chinese_separator(clock: Clock, path: str):
    request = help_requests.submitted()
    who = request.resident.user if path == "/my/" else accounts.officer()

    words = in_english(Visitor(who), path)

    assert set("，：、；") & set(words) == set()


def test_each_language_has_its_own():
    with translation.override("en"):
        english = listed("a", "b"), enumerated(["a", "b"]), colon(), hours(121)
    with translation.override("zh-hans"):
        chinese = listed("a", "b"), enumerated(["a", "b"]), colon(), hours(121)

    assert english == ("a, b", "a, b", ": ", "2.02 h")
    assert chinese == ("a，b", "a、b", "：", "2.02 小时")
