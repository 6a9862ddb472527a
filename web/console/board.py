"""The dispatcher's board: who is still needed, where, how soon, and what was tried."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Permission
from help_requests.states import Urgency
from matching.models import Opening
from matching.queries import board as queries
from regions.models import Region
from regions.queries import regions_in, streets
from regions.states import Level
from web.console.board_map import Drawing, drawn
from web.shared.forms import Form
from web.shared.pages import in_parts, me
from web.shared.places import offer_places
from web.shared.posts import area

MOST_POINTS = 1000  # more than that is a cloud
MOST_NAMES = 40  # more streets than that: their districts are named


class BoardForm(Form):
    """Which needs, in which order."""

    region = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("Urgency"),
        required=False,
        choices=[("", gettext_lazy("All")), *Urgency.choices],
    )
    order = forms.ChoiceField(
        label=gettext_lazy("In the order of"),
        required=False,
        choices=[
            ("start", gettext_lazy("the start, soonest first")),
            ("urgency", gettext_lazy("urgency")),
            ("age", gettext_lazy("waiting, longest first")),
            ("gap", gettext_lazy("places without anybody")),
        ],
    )
    nobody_asked = forms.BooleanField(label=gettext_lazy("Nobody is asked now"), required=False)
    escalated = forms.BooleanField(label=gettext_lazy("Nobody left to ask"), required=False)
    place = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    by_hand = forms.BooleanField(label=gettext_lazy("A person chooses here"), required=False)


def _named(own: list[Region]) -> list[Region]:
    """Return whose names the map carries: the area's streets, for one street its neighbours too, for a
    large area its districts."""
    if len(own) == 1:
        return list(streets(own[0].parent))
    inner = [region for region in own if region.level == Level.STREET]
    if len(inner) <= MOST_NAMES:
        return inner
    return [region for region in own if region.level == Level.DISTRICT]


def _map(
    page: Page[Opening], first: int, own: list[Region], points: list[tuple[float, float]]
) -> Drawing | None:
    placed = [
        (number, (opening.lat, opening.lng))
        for number, opening in enumerate(page, start=first)
        if opening.lat is not None and opening.lng is not None
    ]
    numbered = {place for _number, place in placed}
    others = [point for point in points if point not in numbered]
    names = [(region.name, (region.lat, region.lng)) for region in _named(own)]
    return drawn(placed, names, others)


def _rows(page: Page[Opening], first: int) -> list[dict[str, Any]]:
    """Return what the list says of each need of the page."""
    tried = queries.tried(page)
    return [
        {
            "number": number,
            "opening": opening,
            "gap": opening.places - opening.filled,
            "tried": tried.get(opening.pk, queries.Tried()),
        }
        for number, opening in enumerate(page, start=first)
    ]


PRESSING = {Urgency.NORMAL: 0, Urgency.SOON: 1, Urgency.URGENT: 2}


def _pins(sheet: Drawing, page: Page[Opening], first: int) -> list[dict[str, Any]]:
    """Return what each pin of the map says and leads to: one need, or all that there are at its place."""
    needs = dict(enumerate(page, start=first))
    return [
        {
            "dot": dot,
            "number": dot.numbers[0],
            "opening": needs[dot.numbers[0]],
            "n": len(dot.numbers),
            "numbers": dot.numbers,
            "urgency": max(
                (needs[n].urgency for n in dot.numbers), key=lambda one: PRESSING[Urgency(one)]
            ),
        }
        for dot in sheet.dots
    ]


@login_required
def board(request: HttpRequest) -> HttpResponse:
    """List the open needs of the viewer's area, and show where they are."""
    user, now = me(request), timezone.now()
    own = list(regions_in(area(request, Permission.DISPATCH)))
    form = BoardForm(request.GET or None)
    places = offer_places(form, own[1:] or own, empty=gettext_lazy("All"))
    asked = dict(form.cleaned_data) if form.is_valid() else {}
    asked["region"] = places.get(asked.get("region", ""))
    needs = queries.sifted(queries.open_needs(user, now=now), **asked)
    page = Paginator(needs, 25).get_page(request.GET.get("page"))
    first = page.start_index()
    sheet = _map(page, first, own, queries.points(needs, most=MOST_POINTS))
    n = page.paginator.count
    return in_parts(
        request,
        "web/console/board.html",
        {
            "form": form,
            "page": page,
            "rows": _rows(page, first),
            "map": sheet,
            "pins": _pins(sheet, page, first) if sheet else [],
            "now": now,
            "is_sifted": any(asked[name] for name in asked if name != "order"),
            "said": ngettext("%(n)s open need", "%(n)s open needs", n) % {"n": n},
        },
    )
