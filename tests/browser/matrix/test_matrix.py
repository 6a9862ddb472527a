"""Every page that a persona reaches, in every display and language (LOOK §8): ``./test matrix``.

In halves; ``ops.looked_at`` makes the table and the public statement from what they found.
"""

import json
import os
from collections import Counter
from itertools import groupby, product
from pathlib import Path

import pytest

from accounts.queries import user_by_ref
from ops.looked_at import HALVES
from tests.browser.crawl import LANGUAGES, MODES, pages
from tests.browser.pages import AXE, show, violations, wear


def by_words() -> list[list[str]]:
    """Return the displays that show the same words together: one page serves them all."""
    ordered = sorted(MODES, key=_words)
    return [list(same) for _words_of, same in groupby(ordered, key=_words)]


def _words(mode: str) -> str:
    return mode.split(".")[-1]


@pytest.mark.parametrize("half", range(HALVES))
def test_the_whole_matrix(half, live_server, signed_in, new_context, city):
    rows: Counter[str] = Counter()
    bad: list[str] = []
    everybody = [{"role": "visitor", "ref": ""}, *city]
    for persona in everybody[half::HALVES]:
        role, ref = persona["role"], persona["ref"]
        page = (
            signed_in(user_by_ref(ref)) if ref else new_context(base_url=live_server.url).new_page()
        )
        paths = list(pages(page))
        page.context.add_init_script(path=AXE)
        for language, displays in product(LANGUAGES, by_words()):
            show(page, live_server.url, displays[0], language)
            for path in paths:
                page.goto(path)
                for mode in displays:
                    wear(page, mode)
                    rows[role] += 1
                    bad += [f"{role} {mode} {language} {path}: {v}" for v in violations(page)]
    found = {"rows": rows, "bad": bad, "displays": len(MODES), "languages": len(LANGUAGES)}
    Path(os.environ["HUB_MATRIX"], f"{half}.json").write_text(json.dumps(found))

    assert bad == []
