"""What every page is held to, in Chromium."""

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
}


def violations(page: Page) -> list[tuple[str, str]]:
    """Return (rule, element) of everything that axe finds on the open page."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [(v["id"], v["nodes"][0]["html"]) for v in found]


def check(page: Page) -> None:
    """Expect no violation, nothing that scrolls sideways, at 390 and at 1280 px."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        found = violations(page)
        assert found == [], (page.url, found)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
    page.set_viewport_size({"width": 390, "height": 844})


def show(page: Page, url: str, mode: str, language: str) -> None:
    """Have the browser ask for another display and language."""
    names = {
        f"hub_display_{settings.HUB_ID}": mode,
        f"hub_language_{settings.HUB_ID}": language,
    }
    page.context.add_cookies([{"name": n, "value": v, "url": url} for n, v in names.items()])
