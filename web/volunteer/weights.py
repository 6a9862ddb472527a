"""What counts how much when somebody is picked to be asked: for everybody to read (PIPL Art 24)."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from matching.engine import Parameters
from matching.queries.weights import last_weighing, parameters_now
from web.shared.weighed import GROUPS, PARTS, plain


def _counts(held: Parameters) -> list[tuple[Promise, list[dict[str, Any]]]]:
    """Return what counts now, by group; a part of the score as its share of the whole."""
    values = asdict(held)
    share = dict(zip(PARTS, held.shares, strict=True))
    return [
        (
            legend,
            [
                {
                    "words": one,
                    "value": plain(values[name]),
                    "percent": round(100 * share[name]) if name in share else None,
                }
                for name, one in group.items()
            ],
        )
        for legend, group in GROUPS
    ]


def weights(request: HttpRequest) -> HttpResponse:
    """Show what counts now, since when, and why the city said so."""
    context = {"groups": _counts(parameters_now()), "last": last_weighing()}
    return render(request, "web/volunteer/weights.html", context)
