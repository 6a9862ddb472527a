"""The inbox, and how somebody wants to be told."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Card, Operations, ReadOperations
from api.shapes import ByRef, InstantField, Nothing, Shape
from notifications import actions, queries
from notifications.models import Notice
from notifications.states import Channel, Group


class NoticeCard(Card):
    """A notice, in the language that was asked for."""

    ref = serializers.CharField()
    kind = serializers.CharField()
    group = serializers.CharField()
    title = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    link = serializers.CharField()
    made_at = InstantField()
    read_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:  # noqa: ARG004
        """Return the viewer's notices."""
        return queries.notices_for(viewer)

    def get_title(self, row: Notice) -> str:
        """Return what happened, in a line."""
        return queries.rendered(row).title

    def get_text(self, row: Notice) -> str:
        """Return what can be done, until when."""
        return queries.rendered(row).text


class UpTo(Shape):
    """The newest notice that was seen; what came after it stays unread."""

    up_to = ByRef(lambda viewer, _now: queries.notices_for(viewer), required=False)


class UnreadCard(Shape):
    """How many are left."""

    unread = serializers.IntegerField()


class Notices(ReadOperations):
    """The viewer's inbox, the newest first."""

    card = NoticeCard

    @extend_schema(request=Nothing, responses=NoticeCard)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, ref: str) -> Response:
        """Note that it was read."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.mark_read(notice=row, by=self.viewer, now=now))

    @extend_schema(request=UpTo, responses=UnreadCard, operation_id="v1_me_notices_read_all_create")
    @action(detail=False, methods=["post"], url_path="read")
    def read_all(self, request: Request) -> Response:
        """Note that everything was read, or everything up to a notice."""
        newest = self.given(UpTo).get("up_to")
        up_to = newest.pk if newest else None
        return self.wish(
            lambda now: actions.mark_all_read(by=self.viewer, now=now, up_to=up_to),
            lambda: UnreadCard({"unread": queries.unread_count(self.viewer)}).data,
        )


class Cell(Shape):
    """Whether notices of a group come by a channel, besides the inbox."""

    group = serializers.ChoiceField(Group.choices)
    channel = serializers.ChoiceField(Channel.choices)
    is_on = serializers.BooleanField()


class Preferences(Shape):
    """The cells of the table group × channel; those that are not given stay as they are."""

    preferences = Cell(many=True)


class QuietHoursShape(Shape):
    """Local minutes from midnight; equal times mean none."""

    starts = serializers.IntegerField(min_value=0, max_value=1439)
    ends = serializers.IntegerField(min_value=0, max_value=1439)


class TellingCard(Card, Preferences):
    """How the viewer is told."""

    quiet_hours = QuietHoursShape()


class Telling(Operations):
    """How the viewer wants to be told."""

    card = TellingCard

    def table(self) -> Any:
        """Return the whole table and the quiet hours."""
        chosen = queries.preferences_of(self.viewer)
        cells = [
            {"group": group, "channel": channel, "is_on": is_on}
            for (group, channel), is_on in sorted(chosen.items())
        ]
        hours = queries.quiet_hours_of(self.viewer)
        return TellingCard({"preferences": cells, "quiet_hours": hours}).data

    @extend_schema(responses=TellingCard)
    def show_preferences(self, request: Request) -> Response:
        """Return how the viewer is told."""
        return Response(self.table())

    @extend_schema(request=Preferences, responses=TellingCard)
    def set_preferences(self, request: Request) -> Response:
        """Choose by which channels one is told."""
        cells = self.given(Preferences)["preferences"]
        chosen = {(Group(c["group"]), Channel(c["channel"])): c["is_on"] for c in cells}
        return self.wish(
            lambda now: actions.set_preferences(chosen=chosen, by=self.viewer, now=now), self.table
        )

    @extend_schema(request=QuietHoursShape, responses=TellingCard)
    def set_quiet_hours(self, request: Request) -> Response:
        """Choose when nothing but safety is sent."""
        given = self.given(QuietHoursShape)
        return self.wish(
            lambda now: actions.set_quiet_hours(by=self.viewer, now=now, **given), self.table
        )
