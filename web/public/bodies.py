"""Organizations and places: find a body and judge it, find a place that one can get into."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from organizations import queries
from organizations.states import OrganizationKind
from regions.queries import points
from regions.states import AccessFact, PointKind
from service_records.queries import recording_of, satisfaction_of
from web.public.filters import ByDistrict, asked
from web.shared.forms import TextField
from web.shared.pages import in_parts, one


class BodyFilter(ByDistrict):
    """Where, what kind, which words."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *OrganizationKind.choices],
    )
    q = TextField(label=gettext_lazy("Words"), required=False, max_length=40)


class PlaceFilter(ByDistrict):
    """Where, what kind, and what one needs there."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *PointKind.choices],
    )
    access = forms.ChoiceField(
        label=gettext_lazy("It must have"),
        required=False,
        choices=[("", gettext_lazy("anything")), *AccessFact.choices],
    )


def _percent(share: int | None) -> str:
    return "" if share is None else f"{share} %"


def bodies(request: HttpRequest) -> HttpResponse:
    """List the verified organizations."""
    form = BodyFilter(request.GET or None)
    given = asked(form)
    found = queries.public_organizations(
        now=timezone.now(),
        district=given["district"],
        kind=given.get("kind", ""),
        text=given.get("q", ""),
    )
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    n = page.paginator.count
    said = ngettext("%(n)s organization", "%(n)s organizations", n) % {"n": n}
    return in_parts(request, "web/public/bodies.html", {"form": form, "page": page, "said": said})


def body(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what speaks for an organization, and its projects."""
    now = timezone.now()
    row = one(queries.public_organizations(now=now), ref)
    context = {
        "row": row,
        "recording": _percent(recording_of(row, now=now)),
        "satisfaction": _percent(satisfaction_of(row)),
        "projects": queries.public_projects(now=now).filter(organization=row)[:25],
    }
    return render(request, "web/public/body.html", context)


def places(request: HttpRequest) -> HttpResponse:
    """List the service points that the city keeps registers of."""
    form = PlaceFilter(request.GET or None)
    given = asked(form)
    found = points(
        district=given["district"], kind=given.get("kind", ""), access=given.get("access", "")
    )
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    facts = dict(AccessFact.choices)
    rows = [(row, [facts[code] for code in row.access if code in facts]) for row in page]
    n = page.paginator.count
    said = ngettext("%(n)s place found", "%(n)s places found", n) % {"n": n}
    return in_parts(
        request,
        "web/public/places.html",
        {"form": form, "page": page, "rows": rows, "said": said},
    )
