"""Walk through the demo city as its personas: every address that a link or a button's form leads to."""

from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from accounts.models import User

MODES = (
    "light.normal.full",
    "light.normal.simple",
    "dark.normal.full",
    "contrast.normal.full",
    "light.largest.full",
)
LANGUAGES = ("zh-hans", "en")
NOT_PAGES = {"web:proof-pdf", "web:leave", "web:credential-file", "web:my-data-copy"}
START = ("/", "/help/", "/display/", "/projects/", "/verify/", "/complaints/new/")


def name_of(address: str) -> str:
    """Return the name of the address's pattern; empty for what is no page of ours."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return ""
    return match.view_name if match.view_name.startswith("web:") else ""


def pages(page: Page, start: tuple[str, ...] = START) -> Iterator[str]:
    """Open one page of every kind that links lead to from ``start``; the page is open when it is yielded."""
    waiting, seen = list(start), set[str]()
    while waiting:
        address = waiting.pop(0)
        name = name_of(address)
        if not name or name in seen or name in NOT_PAGES:
            continue
        seen.add(name)
        answer = page.goto(urlsplit(address).path)
        assert answer is not None
        assert answer.status in {200, 404, 405}, (address, answer.status)
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        waiting += [urljoin(page.url, link) for link in links if not link.startswith("#")]
        yield urlsplit(page.url).path


Enter = Callable[[User], Page]
