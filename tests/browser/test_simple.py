"""Simple mode in Chromium: asking for help one question a page, with targets that a shaking hand hits."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import check, show
from tests.factories import accounts

LEAST = 60  # px
SMALL = f"""
() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")]
  .filter((e) => e.getClientRects().length && !e.closest(".govuk-skip-link"))
  .map((e) => [e.outerHTML.slice(0, 120), e.getBoundingClientRect().height])
  .filter(([, height]) => height < {LEAST})
"""


def holds(page: Page) -> None:
    """Expect no violation, nothing cut, one main button at most, and every target tall enough."""
    check(page)
    assert page.evaluate(SMALL) == [], page.url
    assert page.locator("main .govuk-button:not(.govuk-button--secondary)").count() <= 1, page.url
    assert page.locator(".govuk-service-navigation__link").count() == 3


@pytest.mark.usefixtures("reference")
def test_help_is_asked_for_one_question_a_page(live_server, signed_in):
    page = signed_in(accounts.resident().user)
    show(page, live_server.url, "light.large.simple", "zh-hans")
    page.goto("/")
    holds(page)
    page.locator(".vh-door").first.click()
    holds(page)
    page.get_by_role("button", name="开始").click()
    holds(page)
    page.get_by_role("link", name="看医生").click()
    holds(page)
    page.get_by_label("陪同就医").check(force=True)
    for answer in (
        lambda: page.get_by_label("您最在意的事").fill("想去复诊"),
        lambda: page.get_by_label("明天").check(force=True),
        lambda: page.get_by_label("几点开始").fill("14:00"),
        lambda: expect(page.get_by_label("在家里")).to_be_checked(),
        lambda: page.get_by_label("都可以").check(force=True),
        lambda: page.get_by_label("上海话").check(force=True),
        lambda: None,
    ):
        page.get_by_role("button", name="下一步").click()
        expect(page.locator("#error-summary")).to_have_count(0)
        holds(page)
        answer()
    page.get_by_role("button", name="提交求助").click()
    expect(page.locator(".govuk-notification-banner")).to_be_visible()
    page.goto("/my/")
    holds(page)
