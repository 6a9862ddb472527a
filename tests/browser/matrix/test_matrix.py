"""Every page that a persona reaches, in every display and language (LOOK §8): ``./test matrix``."""

import json
from collections import Counter
from pathlib import Path

from django.utils import timezone

from accounts.queries import user_by_ref
from tests.browser.crawl import LANGUAGES, MODES, pages
from tests.browser.pages import show, violations
from web.public.home import LOOKED_AT

TABLE = Path(__file__).resolve().parents[3] / "docs" / "accessibility.md"


def test_the_whole_matrix(live_server, signed_in, new_context, city):
    rows: Counter[str] = Counter()
    bad: list[str] = []
    people = [("visitor", new_context(base_url=live_server.url).new_page())]
    people += [(p["role"], signed_in(user_by_ref(p["ref"]))) for p in city]
    for role, page in people:
        paths = list(pages(page))
        for mode in MODES:
            for language in LANGUAGES:
                show(page, live_server.url, mode, language)
                for path in paths:
                    page.goto(path)
                    rows[role] += 1
                    bad += [f"{role} {mode} {language} {path}: {v}" for v in violations(page)]
        show(page, live_server.url, MODES[0], LANGUAGES[0])
    lines = [
        "# Accessibility: what was looked at",
        "",
        (
            f"Written by `./test matrix` on {timezone.localdate().isoformat()}: every page that a persona of"
            f" the demo reaches, in {len(MODES)} displays and {len(LANGUAGES)} languages, held to axe-core"
            " (WCAG 2.2 A, AA, best practices, enhanced contrast, target size) at 390 px."
        ),
        "",
        "| who | pages looked at |",
        "|---|---|",
        *(f"| {role} | {count} |" for role, count in rows.items()),
        f"| **all** | **{sum(rows.values())}** |",
        "",
        f"Violations: {len(bad)}.",
        *(f"- {line}" for line in bad[:50]),
        "",
    ]
    TABLE.write_text("\n".join(lines))
    run = {
        "day": timezone.localdate().isoformat(),
        "pages": sum(rows.values()),
        "displays": len(MODES),
        "languages": len(LANGUAGES),
        "violations": len(bad),
    }
    LOOKED_AT.write_text(json.dumps(run, indent=1) + "\n")  # the public statement says it
    assert bad == []
