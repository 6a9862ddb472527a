"""How evenly the volunteers of an area are asked and serve, and who is never asked and why."""

from datetime import timedelta
from itertools import zip_longest
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Permission
from accounts.rules import figures
from kernel.workdays import local_date
from matching.queries.fairness import BANDS, Fairness, Spread, fairness
from regions.models import Region
from regions.queries import regions_in
from web.console.charts import SHEET, path, percent
from web.console.reports import PeriodForm
from web.shared.forms import show
from web.shared.places import offer_places
from web.shared.posts import area

WHY: dict[str, Promise] = {
    "suspended": gettext_lazy("shut out for now"),
    "not_verified": gettext_lazy("the name is not verified yet"),
    "lesson_missing": gettext_lazy("the first lesson is not done yet"),
    "guardian_missing": gettext_lazy("the guardian's consent is missing"),
    "not_asked": gettext_lazy("do not want to be asked automatically"),
    "no_area": gettext_lazy("no home area is set"),
    "paused": gettext_lazy("on a pause"),
    "no_windows": gettext_lazy("have chosen no times"),
    "no_categories": gettext_lazy("have chosen no kind of help"),
    "small_radius": gettext_lazy("go less than 2 km"),
    "not_needed": gettext_lazy("nobody near needed them, or others came first"),
}


class WhereForm(PeriodForm):
    """Which part of the area, and how far back."""

    region = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    field_order = ("region", "days")


USUAL_DAYS = 30


def _drawn(spread: Spread) -> str:
    """Return a curve of Lorenz as a path; where there is none, no path."""
    steps = len(spread.curve) - 1
    if steps < 0:
        return ""
    return path((n / steps, share) for n, share in enumerate(spread.curve))


def _measures(found: Fairness) -> list[dict[str, Any]]:
    named = [(_("Offers"), found.notices), (_("Services done"), found.services)]
    return [
        {
            "what": what,
            "total": "—" if spread.total is None else spread.total,
            "gini": "—" if spread.gini is None else f"{spread.gini:.2f}",
            "tenth": percent(spread.tenth),
        }
        for what, spread in named
    ]


def _bands(found: Fairness) -> list[dict[str, Any]]:
    names = [
        str(low) if low == high else (f"{low}–{high}" if high else _("%(n)d and more") % {"n": low})
        for low, high in BANDS
    ]
    columns = zip(names, found.notices.bands, found.services.bands, strict=True)
    return [{"name": name, "notices": a, "services": b} for name, a, b in columns]


def _curves(found: Fairness) -> list[dict[str, str]]:
    """Return the table beside the curves: what the least loaded parts of the people carry together."""
    both = found.notices.curve, found.services.curve
    steps = max(map(len, both)) - 1
    rows = zip_longest(*both)
    return [
        {"people": percent(n / steps), "notices": percent(a), "services": percent(b)}
        for n, (a, b) in enumerate(rows)
        if 0 < n < steps
    ]


def _asked(request: HttpRequest) -> tuple[WhereForm, Region, int]:
    """Return the form, the region and the days that are looked at, all in the viewer's own area; what is
    not offered is said in the form, and the usual is shown."""
    own = regions_in(area(request, Permission.SEE_REPORTS, Permission.DISPATCH))
    form = WhereForm({"days": USUAL_DAYS, **request.GET.dict()})
    places = offer_places(form, own, empty="")
    form.full_clean()
    given = form.cleaned_data
    mine = next(iter(places))
    return form, places[given.get("region") or mine], given.get("days") or USUAL_DAYS


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show how notices and services are spread, and why people are never asked."""
    form, here, days = _asked(request)
    now = timezone.now()
    found = fairness(here, since=now - timedelta(days=days), now=now)
    bands, shares = _bands(found), _curves(found)
    cells = [band[what] or 0 for band in bands for what in ("notices", "services")]
    return show(
        request,
        "web/console/fairness.html",
        form,
        here=here,
        today=local_date(now),
        found=found,
        measures=_measures(found),
        bands=bands,
        most=max(cells),
        curves=[_drawn(found.notices), _drawn(found.services)] if shares else [],
        shares=shares,
        never=[(WHY[code], n) for code, n in found.never],
        most_never=max((n for _code, n in found.never if n), default=0),
        fewest=figures.FEWEST_IN_A_CELL,
        sheet=SHEET,
    )
