"""Every page that a persona of the demo can reach, held to axe and to 320 px of width (LOOK §8).

Each kind of page once, with the first persona that reaches it, in light and in simple mode; every persona,
mode and language is `./test matrix`.
"""

from accounts.queries import user_by_ref
from tests.browser.crawl import name_of, pages
from tests.browser.pages import check, show, violations


def test_each_kind_of_page_is_accessible(live_server, signed_in, new_context, city):
    visitors = [new_context(base_url=live_server.url).new_page()]
    visitors += [signed_in(user_by_ref(persona["ref"])) for persona in city]
    seen: set[str] = set()
    for visitor in visitors:
        for path in pages(visitor):
            if (name := name_of(path)) in seen:
                continue
            seen.add(name)
            check(visitor)
            show(visitor, live_server.url, "light.normal.simple", "zh-hans")
            visitor.goto(path)
            assert violations(visitor) == [], path
            show(visitor, live_server.url, "light.normal.full", "zh-hans")

    assert len(seen) > 45, sorted(seen)
