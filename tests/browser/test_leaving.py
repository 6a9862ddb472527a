"""Leave quickly: by the button, by three times Shift; and the gallery in every display."""

import pytest

from tests.browser.crawl import MODES
from tests.browser.pages import check, show, violations


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("way", ["button", "shift"])
def test_the_page_is_replaced_at_once(way, live_server, page, settings):
    settings.HUB_LEAVE_URL = f"{live_server.url}/help/"
    page.goto(f"{live_server.url}/")
    page.goto(f"{live_server.url}/complaints/new/")
    check(page)

    if way == "button":
        page.get_by_role("link", name="快速离开本页").click()
    else:
        for _press in range(3):
            page.keyboard.press("Shift")

    page.wait_for_url("**/help/")
    page.go_back()
    assert page.url == f"{live_server.url}/"


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("mode", MODES)
def test_the_gallery_holds_in_every_display(mode, live_server, page):
    show(page, live_server.url, mode, "zh-hans")
    page.goto(f"{live_server.url}/ui/")
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
