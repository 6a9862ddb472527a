"""The floor: the same rows and columns by ``.values()`` to JSON, without middleware, tokens or shapes.

What is sealed is left out: opening it is the product's own.
"""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from api.help_requests import RequestCard
from api.matching import OfferCard
from api.service_records import RecordCard
from help_requests.models import HelpRequest, Visit
from matching.models import Offer
from service_records.models import ServiceRecord

PAGE = 25
SEALED = {"wish", "details", "answer", "key__wrapped"}
OPEN = [name for name in RequestCard.prints if name not in SEALED]


def offers(_request: HttpRequest, user: int) -> JsonResponse:
    """Return the newest offers of a volunteer."""
    rows = Offer.objects.filter(volunteer=user).order_by("-pk")
    return _json(rows.values(*OfferCard.prints)[:PAGE])


def requests(_request: HttpRequest, user: int) -> JsonResponse:
    """Return the newest requests of a resident, and their visits."""
    newest = HelpRequest.objects.filter(resident__user=user).order_by("-pk")
    rows = {row["pk"]: {**row, "visits": []} for row in newest.values("pk", *OPEN)[:PAGE]}
    for visit in Visit.objects.filter(request__in=rows).values("request", "ref", "state"):
        rows[visit["request"]]["visits"].append(visit)
    return _json(rows.values())


def records(_request: HttpRequest, user: int) -> JsonResponse:
    """Return the newest records to review by somebody who is not ``user``."""
    rows = ServiceRecord.objects.filter(state="PROPOSED").exclude(volunteer=user).order_by("-pk")
    return _json(rows.values(*RecordCard.prints)[:PAGE])


def _json(rows: Any) -> JsonResponse:
    return JsonResponse({"results": list(rows)})


urlpatterns = [
    path("offers/<int:user>/", offers),
    path("requests/<int:user>/", requests),
    path("records/<int:user>/", records),
    path("", include("volunteer_hub.urls")),
]
