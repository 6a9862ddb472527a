"""The floor: the same rows by ``.values()`` to JSON, without middleware, authentication or shapes."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path

from help_requests.models import HelpRequest
from matching.models import Offer
from service_records.models import ServiceRecord

PAGE = 25


def offers(_request: HttpRequest, user: int) -> JsonResponse:
    """Return the newest offers of a volunteer."""
    rows = Offer.objects.filter(volunteer=user).order_by("-pk").values(
        "ref",
        "state",
        "wave",
        "reasons",
        "distance_m",
        "sent_at",
        "expires_at",
        "opening__category",
        "opening__starts_at",
        "opening__ends_at",
        "opening__region__code",
        "opening__visit__request__service_type__code",
    )  # fmt: skip
    return _json(rows)


def requests(_request: HttpRequest, user: int) -> JsonResponse:
    """Return the newest requests of a resident."""
    rows = HelpRequest.objects.filter(resident__user=user).order_by("-pk").values(
        "ref",
        "number",
        "state",
        "starts_at",
        "minutes",
        "places",
        "urgency",
        "region__code",
        "service_type__code",
        "resident__ref",
        "submitted_at",
        "answer_due_at",
    )  # fmt: skip
    return _json(rows)


def records(_request: HttpRequest, user: int) -> JsonResponse:
    """Return the newest records to review by somebody who is not ``user``."""
    rows = ServiceRecord.objects.filter(state="PROPOSED").exclude(volunteer=user).order_by("-pk").values(
        "ref",
        "number",
        "state",
        "service_on",
        "starts_at",
        "ends_at",
        "minutes",
        "evidence",
        "category",
        "region__code",
        "volunteer__volunteer__name",
        "assignment__ref",
    )  # fmt: skip
    return _json(rows)


def _json(rows: Any) -> JsonResponse:
    return JsonResponse({"results": list(rows[:PAGE])})


urlpatterns = [
    path("offers/<int:user>/", offers),
    path("requests/<int:user>/", requests),
    path("records/<int:user>/", records),
]
