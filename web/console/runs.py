"""Planning the coming days: asked for, watched, looked at, sent in part or whole, or dropped."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from kernel.workdays import local_date
from matching import actions, queries
from matching.models import Proposal, Run
from matching.rules import PLANNED_DAYS
from matching.states import RunState
from regions.queries import regions_in
from web.console.run_words import gap_in_words, heard_of, unfilled_in_words
from web.shared.forms import DayField, Form, carry_out_once, show
from web.shared.pages import in_parts, me, one
from web.shared.places import offer_places
from web.shared.posts import area, posts_in_words
from web.shared.states import look_of

PLANNING = (RunState.QUEUED, RunState.RUNNING)
GOING = (*PLANNING, RunState.ACCEPTED)
MOST_SHOWN = 400  # proposals on one page; a browser sends no more than a thousand fields


class PlanForm(Form):
    """Where, and which days."""

    region = forms.ChoiceField(label=gettext_lazy("Where"))
    first_day = DayField(label=gettext_lazy("From"))
    last_day = DayField(label=gettext_lazy("To"))


@login_required
def runs(request: HttpRequest) -> HttpResponse:
    """List the plans of the viewer's area; have the coming days planned."""
    user, now = me(request), timezone.now()
    own = regions_in(area(request, Permission.DISPATCH))
    first = local_date(now) + timedelta(days=1)
    days = {"first_day": first, "last_day": first + timedelta(days=PLANNED_DAYS - 1)}
    form = PlanForm(request.POST or None, initial=days)
    places = offer_places(form, own, empty="")

    def act(given: dict[str, Any]) -> dict[str, str]:
        region = places[given.pop("region")]
        return {"ref": actions.ask_run(region=region, by=user, now=now, **given).ref}

    if request.method == "POST" and (asked := carry_out_once(request, form, act)):
        return redirect("web:console-run", ref=asked["ref"])
    found = queries.runs_for(user, now=now).defer("snapshot", "answer")
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    named = posts_in_words({row.asked_by_id for row in page}, Permission.DISPATCH)
    rows = [
        {
            "run": row,
            "who": _asker(row, named),
            "gap": gap_in_words(row),
            "heard": heard_of(row, now=now),
        }
        for row in page
    ]
    return show(request, "web/console/runs.html", form, page=page, rows=rows)


def _asker(row: Run, named: Callable[[int | None, datetime], str]) -> str:
    """Return who asked for a plan, as whom."""
    if row.asked_by_id is None:
        return _("the platform, in the evening")
    return named(row.asked_by_id, row.asked_at) or "—"


class AcceptForm(Form):
    """Which proposals are carried out: those of the page one by one, the others together."""

    template_name = "web/console/run_form.html"
    chosen = forms.MultipleChoiceField(label=gettext_lazy("Who is asked"), required=False)
    others = forms.BooleanField(
        label=gettext_lazy("Those that do not stand here too"), required=False
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, proposals: Sequence[Proposal] = ()
    ) -> None:
        shown = proposals[:MOST_SHOWN]
        refs = [proposal.ref for proposal in shown]
        super().__init__(data, files, initial={"chosen": refs})
        self.fields["chosen"].choices = [(ref, ref) for ref in refs]  # type: ignore[attr-defined]
        self.unseen = [proposal.ref for proposal in proposals[MOST_SHOWN:]]
        ticked = set(self["chosen"].value() or [])
        self.needs = [
            (opening, [_told(row, is_on=row.ref in ticked) for row in rows])
            for opening, rows in groupby(shown, key=lambda row: row.opening)
        ]

    @property
    def refs(self) -> list[str]:
        """Return what was chosen."""
        others = self.unseen if self.cleaned_data["others"] else []
        return [*self.cleaned_data["chosen"], *others]


def _told(row: Proposal, *, is_on: bool) -> dict[str, Any]:
    return {
        "proposal": row,
        "profile": row.volunteer.volunteer,
        "score": 100 * row.score,
        "away_m": queries.away_m(row),
        "is_on": is_on,
    }


@login_required
def run(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how far a plan is, what it would change, what came of it; carry it out in part or whole."""
    user, now = me(request), timezone.now()
    area(request, Permission.DISPATCH)
    row = one(queries.runs_for(user, now=now), ref)
    proposals = [] if row.state in PLANNING else list(queries.proposals_of(row))
    given = request.POST if request.method == "POST" else None
    form = AcceptForm(given, proposals=proposals)

    def act(_given: dict[str, Any]) -> dict[str, str]:
        return {"ref": actions.accept_run(run=row, chosen=form.refs, by=user, now=now).ref}

    if request.method == "POST" and carry_out_once(request, form, act):
        messages.success(request, _("Accepted. The offers go out now."))
        return redirect("web:console-run", ref=ref)
    context = {**_looked_at(row, proposals), **_progress(request, row, now), "form": form}
    if form.errors:
        return show(request, "web/console/run.html", layout="base.html", **context)
    return in_parts(request, "web/console/run.html", context)


def _looked_at(row: Run, proposals: list[Proposal]) -> dict[str, Any]:
    """Return what the page says of a plan, and of what came of it."""
    named = posts_in_words({row.asked_by_id, row.decided_by_id}, Permission.DISPATCH)
    chosen = [proposal for proposal in proposals if proposal.chosen]
    load = queries.load_of(proposals)
    is_ready = row.state == RunState.READY
    return {
        "row": row,
        "asked_by": _asker(row, named),
        "decided_by": named(row.decided_by_id, row.decided_at) if row.decided_at else "",
        "gap": gap_in_words(row),
        "load": load,
        "most": max((people for _services, people in load), default=0),
        "unfilled": unfilled_in_words(row) if is_ready else [],
        "left_out": queries.left_out(row.region, row.first_day, row.last_day, now=timezone.now())
        if is_ready
        else None,
        "outcomes": [(row, queries.against_words(row)) for row in chosen[:MOST_SHOWN]],
        "chosen": len(chosen),
        "sent": sum(proposal.offer_id is not None for proposal in chosen),
        "dropped": sum(proposal.chosen is False for proposal in proposals),
    }


def _progress(request: HttpRequest, row: Run, now: datetime) -> dict[str, Any]:
    """Return how far the worker is, and when it was last heard of; each quarter is said, and the end."""
    quarter = str(row.done * 4 // row.total * 25) if row.total else ""
    n = row.total
    steps = ngettext("%(done)s of %(n)s step", "%(done)s of %(n)s steps", n)
    told: dict[str, Any] = {
        "quarter": quarter,
        "steps": steps % {"done": row.done, "n": n},
        "is_going": row.state in GOING,
        "is_planning": row.state in PLANNING,
        "heard": heard_of(row, now=now),
    }
    if row.state not in GOING:
        told["said"] = look_of(row._meta.db_table, row.state).words
    elif quarter and quarter != request.GET.get("said"):
        told["said"] = told["steps"]
    return told


@login_required
@require_POST
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Stop a plan, or drop it; nobody is asked."""
    user, now = me(request), timezone.now()
    actions.cancel_run(run=one(queries.runs_for(user, now=now), ref), by=user, now=now)
    messages.success(request, _("Dropped. Nobody is asked by it."))
    return redirect("web:console-runs")
