"""What every page is held to, in Chromium."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
}


def check(page: Page) -> None:
    """Expect no violation, nothing that scrolls sideways, at 390 and at 1280 px."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], page.url
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
    page.set_viewport_size({"width": 390, "height": 844})
