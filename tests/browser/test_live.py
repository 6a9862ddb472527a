"""The badge: what happens meanwhile is said on the open page; without a socket the clock asks."""

import pytest
from playwright.sync_api import expect

from tests.factories import accounts, notifications


@pytest.mark.usefixtures("reference")
def test_news_reach_an_open_page_and_are_said_politely(live_server, signed_in, settings):
    settings.HUB_POLL_SECONDS = 1
    user = accounts.user()
    page = signed_in(user)
    page.goto("/account/")
    expect(page.locator("#unread")).to_be_empty()

    notifications.notice(user)

    expect(page.locator("#unread")).to_have_text("1", timeout=10_000)
    expect(page.locator("#status")).not_to_be_empty()
    notifications.notice(user)
    expect(page.locator("#unread")).to_have_text("2", timeout=10_000)
    page.goto("/notices/")
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.locator("#unread")).to_be_empty()
