"""The dispatcher's board for programs: the open needs of an area, and what was tried for each."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError as NoSuchValue
from django.db.models import F
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import desk_paths
from accounts.roles import Permission
from api.base import Operations
from api.matching import OpeningCard
from api.pagination import ByCursor
from api.shapes import ByRef, InstantField, Shape
from help_requests.states import Urgency
from matching.models import Opening
from matching.queries import board as queries
from regions.queries import regions_in

PRESSING = queries.ORDERS["urgency"][0].expression
# The columns of ``queries.ORDERS``, by which a cursor says where a page begins.
COLUMNS = {
    "start": ("starts_at", "pk"),
    "urgency": ("pressing", "starts_at", "pk"),
    "age": ("opened_at", "pk"),
    "gap": ("-gap", "starts_at", "pk"),
}


def _own(viewer: Any, now: datetime) -> Any:
    """Return the regions in which the viewer dispatches."""
    return regions_in(desk_paths(viewer, Permission.DISPATCH, now=now))


class Sifting(Shape):
    """Which needs, in which order: by their start, urgency, how long they wait, or places left.
    ``region``: by code, of the viewer's area; ``nobody_asked``: no offer is out now; ``escalated``: nobody
    is left to ask; ``by_hand``: a person chooses."""

    urgency = serializers.ChoiceField(Urgency.choices, required=False)
    region = ByRef(_own, key="code", required=False)
    nobody_asked = serializers.BooleanField(default=False)
    escalated = serializers.BooleanField(default=False)
    by_hand = serializers.BooleanField(default=False)
    order = serializers.ChoiceField(list(COLUMNS), default="start")


class BoardCard(OpeningCard):
    """An open need: since when it is looked for, places without anybody, how many are asked now and how
    many have said no."""

    urgency = serializers.CharField()
    opened_at = InstantField()
    gap = serializers.IntegerField()
    asked = serializers.SerializerMethodField()
    refused = serializers.SerializerMethodField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the open needs of the viewer's area that lie ahead."""
        needs = queries.open_needs(viewer, now=now)
        return needs.annotate(gap=F("places") - F("filled"), pressing=PRESSING)

    def look_beside(self, rows: list[Any]) -> None:
        """Read what was tried, once for the page."""
        self.tried = queries.tried(rows)

    def get_asked(self, row: Opening) -> int:
        """Return how many are asked now."""
        return self.tried.get(row.pk, queries.Tried()).asked

    def get_refused(self, row: Opening) -> int:
        """Return how many have said no."""
        return self.tried.get(row.pk, queries.Tried()).refused


class ByOrder(ByCursor):
    """Pages in the order that was asked for."""

    # Many needs are equally urgent: a cursor counts from the first of them, and must reach the last.
    offset_cutoff = 100_000

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """Return the columns that the rows are walked along, a unique one the last."""
        return COLUMNS[view.order]

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """Return the page's rows; a cursor of another order is refused."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NoSuchValue, ValueError, OverflowError):
            said = {self.cursor_query_param: [_("This cursor was not given by a page.")]}
            raise ValidationError(said, code="bad_cursor") from None


class Board(mixins.ListModelMixin, Operations):
    """Open needs of the viewer's area that lie ahead; for who dispatches there."""

    card = BoardCard
    pagination_class = ByOrder
    order = "start"

    @extend_schema(parameters=[Sifting])
    def list(self, request: Request) -> Response:
        """List who is still needed, how soon, and what was tried."""
        if not _own(self.viewer, timezone.now()).exists():
            raise Http404
        of_pages = {ByOrder.cursor_query_param, ByOrder.page_size_query_param}
        given = {k: v for k, v in request.query_params.dict().items() if k not in of_pages}
        asked = Sifting(data=given, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        self.order = asked.validated_data["order"]
        needs = queries.sifted(self.get_queryset(), **asked.validated_data)
        page = self.paginate_queryset(needs)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
