"""How evenly the volunteers of an area are asked and serve; for its offices."""

from datetime import timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import desk_paths
from accounts.roles import Permission
from api.base import Operations
from api.shapes import ByRef, InstantField, Shape
from matching.queries.fairness import BANDS, Fairness, Spread, fairness
from regions.queries import regions_in


def _own(viewer: Any, now: Any) -> Any:
    """Return the regions in which the viewer sees reports or dispatches."""
    may = (Permission.SEE_REPORTS, Permission.DISPATCH)
    return regions_in(desk_paths(viewer, *may, now=now))


class Asked(Shape):
    """Which region of the viewer's area (by code; its first unless given), and how many days back."""

    region = ByRef(_own, key="code", required=False)
    days = serializers.ChoiceField([7, 30, 90], default=30)


class BandCard(Shape):
    """So many people have had ``at_least`` to ``at_most`` (null: or more), to the nearest ten; null people:
    one to nine."""

    at_least = serializers.IntegerField()
    at_most = serializers.IntegerField(allow_null=True)
    people = serializers.IntegerField(allow_null=True)


class SpreadCard(Shape):
    """How something is spread over people. ``curve``: the share that the least loaded parts of the people
    carry together, from none to all, in equal parts. ``total`` is to the nearest ten; the
    others are of the bands, as if each had its middle (8 and more: ten), and null people were five. Null or
    empty where one to nine people had any, or too few are counted."""

    total = serializers.IntegerField(allow_null=True)
    bands = BandCard(many=True)
    gini = serializers.FloatField(allow_null=True)
    carried_by_busiest_tenth = serializers.FloatField(allow_null=True)
    curve = serializers.ListField(child=serializers.FloatField())


class NeverCard(Shape):
    """People without a notice by the first reason, as of now, to the nearest ten; null: one to nine."""

    reason = serializers.CharField()
    people = serializers.IntegerField(allow_null=True)


class FairnessCard(Shape):
    """How evenly the people of a region were asked and served: ``people`` live there, ``counted`` of them
    could be asked, or were, or served. To the nearest ten; null: one to nine."""

    region = serializers.CharField()
    since = InstantField()
    people = serializers.IntegerField(allow_null=True)
    counted = serializers.IntegerField(allow_null=True)
    notices = SpreadCard()
    services = SpreadCard()
    never_asked = NeverCard(many=True)


def _spread(spread: Spread) -> dict[str, Any]:
    bands = [
        {"at_least": low, "at_most": high, "people": people}
        for (low, high), people in zip(BANDS, spread.bands, strict=True)
    ]
    return {
        "total": spread.total,
        "bands": bands,
        "gini": spread.gini,
        "carried_by_busiest_tenth": spread.tenth,
        "curve": spread.curve,
    }


class FairnessOfArea(Operations):
    """How evenly people are asked."""

    @extend_schema(parameters=[Asked], responses=FairnessCard)
    def show_fairness(self, request: Request) -> Response:
        """Return how notices and services are spread, and why people are never asked."""
        now = timezone.now()
        mine = _own(self.viewer, now).first()
        if mine is None:
            raise Http404
        asked = Asked(data=request.query_params.dict(), context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        region = asked.validated_data.get("region", mine)
        since = now - timedelta(days=int(asked.validated_data["days"]))
        found: Fairness = fairness(region, since=since, now=now)
        body = {
            "region": region.code,
            "since": since,
            "people": found.people,
            "counted": found.counted,
            "notices": _spread(found.notices),
            "services": _spread(found.services),
            "never_asked": [{"reason": code, "people": many} for code, many in found.never],
        }
        return Response(FairnessCard(body).data)
