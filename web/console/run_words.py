"""What a plan says of itself, in words: how good it is, and why a need stays unfilled."""

import math
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching import queries, rules
from matching.models import Run
from matching.states import RunState
from web.shared.templatetags.hub import clock, day

# By the rules (``queries.runs.refused_by_rule``), in about the order in which they are asked.
REFUSED: dict[str, Promise] = {
    "not_blocked": gettext_lazy("were asked before, or do not suit"),
    "lacking": gettext_lazy(
        "lack a skill, a language or a paper, are too young, are not the organization's own, did not choose"
        " this kind of help, or were asked often of late"
    ),
    "skilled": gettext_lazy("lack a skill, or are not good enough at it"),
    "speaks": gettext_lazy("do not know the language that is needed"),
    "of_age": gettext_lazy("are under 18"),
    "own_volunteer": gettext_lazy("are not the organization's own volunteers"),
    "credentialed": gettext_lazy("have no valid paper of the kind that is needed"),
    "in_peace": gettext_lazy("were asked often enough of late"),
    "willing": gettext_lazy("did not choose this kind of help, or not for a while"),
    "wished": gettext_lazy("are not whom the resident wishes for"),
    "near": gettext_lazy("live too far away"),
    "free": gettext_lazy("are not free at that time, or on a pause"),
    "not_busy": gettext_lazy("have another service too close in time"),
    "rested": gettext_lazy("need a night's rest between the services"),
    "within_her_day": gettext_lazy("have enough to do on that day"),
    "within_her_week": gettext_lazy("have used up their hours of the week"),
}


def gap_in_words(row: Run) -> str:
    """Return how far the plan may be from the best one, never less than it is; "" before there is one."""
    if row.gap is None:
        return ""
    if not row.bound:
        return _("there is nobody whom a plan could propose")
    permille = math.ceil(round(row.gap * 1000, 3))
    if not permille:
        return _("as good as is possible at all")
    return _("at most %(gap).1f %% below what is possible at all") % {"gap": permille / 10}


def heard_of(row: Run, *, now: datetime) -> list[str]:
    """Return when something was last heard of a plan that is being made and, where that is long ago, what
    comes of it; nothing of any other plan."""
    if row.state == RunState.QUEUED and now - row.asked_at > rules.SILENT:
        return [_("No worker has begun with it yet: it is at other plans, or none runs.")]
    due = rules.taken_up_at(row)
    if due is None:
        return []
    seen = due - rules.LEASE
    told = [_("Last progress: %(day)s %(time)s.") % {"day": day(seen), "time": clock(seen)}]
    if now - due > rules.SWEPT:
        told += [
            _(
                "It was to be taken up again at %(time)s and was not. Tell whoever runs the platform."
            )
            % {"time": clock(due)}
        ]
    elif now - seen > rules.SILENT:
        told += [
            _(
                "The worker that makes it may have stopped. It is taken up again by itself soon after"
                " %(time)s; what was done is kept."
            )
            % {"time": clock(due)}
        ]
    return told


def unfilled_in_words(row: Run) -> list[dict[str, Any]]:
    """Return the needs that stay unfilled, each with how many people every rule turned down first."""
    return [
        {
            "opening": one.opening,
            "places": one.places,
            "looked_at": one.looked_at,
            "refused": [
                (words, n) for rule, words in REFUSED.items() if (n := one.refused.get(rule))
            ],
            "here": one.here,
            "elsewhere": one.elsewhere,
        }
        for one in queries.unfilled_of(row)
    ]
