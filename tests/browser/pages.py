"""What every page is held to, in Chromium."""

from pathlib import Path

import axe_playwright_python
from django.conf import settings
from playwright.sync_api import Page

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
}


def violations(page: Page) -> list[tuple[str, str]]:
    """Return (rule, element) of everything that axe finds on the open page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    ask = "rules => axe.run(rules).then(r => r.violations.map(v => [v.id, v.nodes[0].html]))"
    return [(rule, element) for rule, element in page.evaluate(ask, RULES)]


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


def wear(page: Page, mode: str) -> None:
    """Put the open page into another display: colours and size are attributes of its root, no more."""
    theme, text, _mode = mode.split(".")
    change = "([theme, text]) => Object.assign(document.documentElement.dataset, {theme, text})"
    page.evaluate(change, [theme, text])
