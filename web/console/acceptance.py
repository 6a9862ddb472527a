"""How the platform guesses who will say yes: what it looks at, how well it guesses, what it never knows."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import Permission
from matching.engine.acceptance import BINS, LEAST
from matching.models import AcceptanceModel
from matching.queries.learned import acceptance_models_for
from web.console.charts import SHEET, at, percent
from web.shared.pages import me
from web.shared.posts import area

# By ``engine.acceptance.COLUMNS``.
COLUMNS: dict[str, Promise] = {
    "score": _("how well somebody suits the need"),
    "km": _("the distance"),
    "ahead": _("the time until it begins"),
    "morning": _("it begins before noon"),
    "evening": _("it begins in the evening"),
    "weekend": _("it is at the weekend"),
    "hours": _("how long it takes"),
    "urgency": _("how urgent it is"),
    "notices": _("offers of the last days"),
    "services": _("services of the last days"),
    "past_rate": _("how often they said yes before"),
    "no_skill": _("no skill is needed"),
    "above_skill": _("they can do more than is needed"),
}
NEVER: list[Promise] = [
    _("sex"),
    _("age"),
    _("disability and health"),
    _("the street or district of the home; only the distance"),
    _("evaluations and complaints"),
    _("name, origin, household register, ethnicity"),
]
LEAST_SAID = 0.005  # a smaller weight is said to make no difference
DOT = 4.0, 14.0  # radius, of few offers and of most


def _weights(row: AcceptanceModel) -> list[dict[str, Any]]:
    """Return what is looked at, what moves a yes most first; nothing where the plain rate is used."""
    named = zip(row.weights["columns"], row.weights["weights"], strict=True)
    ordered = sorted(named, key=lambda pair: -abs(pair[1]))
    most = max((abs(weight) for _name, weight in ordered), default=0.0)
    return [
        {
            "words": COLUMNS[name],
            "weight": weight,
            "size": abs(weight),
            "most": most,
            "way": _way(weight),
        }
        for name, weight in ordered
    ]


def _way(weight: float) -> Promise:
    if abs(weight) < LEAST_SAID:
        return _("makes no difference")
    return (
        _("more of it: a yes is likelier") if weight > 0 else _("more of it: a yes is less likely")
    )


def _judged(row: AcceptanceModel) -> list[dict[str, Any]]:
    """Return how both ways to guess did on the newest answers."""
    words = {"logistic": _("Learned"), "prior": _("Plain rate")}
    return [
        {"words": words[kind], "brier": report["brier"], "log_loss": report["log_loss"]}
        for kind, report in row.report.items()
        if report
    ]


def _bins(row: AcceptanceModel) -> list[dict[str, Any]]:
    """Return by tenth of the guessed chance how many there were and how many said yes, of both ways."""
    kinds = [row.report[kind] for kind in ("logistic", "prior")]
    if not all(kinds):
        return []
    found = []
    for n in range(BINS):
        cells = [_cell(*report["bins"][n]) for report in kinds]
        if any(cell["size"] for cell in cells):
            found.append({"name": f"{100 * n // BINS}–{100 * (n + 1) // BINS} %", "cells": cells})
    return found


def _cell(size: int, predicted: float, observed: float) -> dict[str, Any]:
    x, y = at(predicted, observed)
    said = {"predicted": percent(predicted), "observed": percent(observed)}
    return {"size": size, "x": x, "y": y, **said}


def _sized(bins: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return ``bins`` with the dots' radius: the area is as the number of offers."""
    cells = [cell for one in bins for cell in one["cells"]]
    most = max((cell["size"] for cell in cells), default=0)
    least, largest = DOT
    for cell in cells:
        cell["radius"] = round(max(least, largest * (cell["size"] / most) ** 0.5), 1)
        cell["side"] = round(2 * cell["radius"], 1)
    return bins


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show the newest model: what it looks at, how well it guesses, whether it is used."""
    area(request, Permission.WEIGH_MATCHING)
    row = acceptance_models_for(me(request), now=timezone.now()).first()
    context: dict[str, Any] = {"row": row, "never": NEVER, "least": LEAST, "sheet": SHEET}
    if row is not None:
        context |= {
            "weights": _weights(row),
            "rate": percent(row.weights["rate"]),
            "judged": _judged(row),
            "bins": _sized(_bins(row)),
        }
    return render(request, "web/console/acceptance.html", context)
