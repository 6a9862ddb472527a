"""Openings, offers, applications and tasks."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import VolunteerProfile
from api.base import Card, ReadOperations
from api.shapes import ByRef, InstantField, Nothing, Shape, TextField
from api.widening import WhatIf, WideningCard, widening_of
from matching import actions, queries, rules
from matching.engine import Reason
from matching.models import Application, Opening
from matching.queries.askable import askable
from matching.queries.board import verdict
from matching.states import DeclineReason
from regions.models import named


class OpeningCard(Card):
    """A dated need with places to fill; street and blurred point only."""

    ref = serializers.CharField()
    state = serializers.CharField()
    category = serializers.CharField()
    region = serializers.CharField(source="region.code")
    starts_at = InstantField()
    ends_at = InstantField()
    places = serializers.IntegerField()
    filled = serializers.IntegerField()
    lat = serializers.FloatField(allow_null=True)
    lng = serializers.FloatField(allow_null=True)
    automatic = serializers.BooleanField()
    is_escalated = serializers.SerializerMethodField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the openings that the viewer may see."""
        return queries.openings_for(viewer, now=now)

    def get_is_escalated(self, row: Opening) -> bool:
        """Say whether the pool ran dry and a dispatcher has to look."""
        return row.escalated_at is not None


class CandidateCard(Shape):
    """Somebody who can go, for the dispatcher."""

    volunteer = serializers.CharField(source="profile.ref")
    name = serializers.CharField(source="profile.name")
    score = serializers.FloatField(source="candidate.score")
    parts = serializers.DictField(child=serializers.FloatField(), source="candidate.parts")
    distance_m = serializers.IntegerField(source="candidate.distance_m", allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    against = serializers.ListField(child=serializers.CharField())


class Somebody(Shape):
    """A volunteer whom the viewer may ask for the opening."""

    volunteer = TextField(max_length=40)


class VerdictCard(Shape):
    """What stands between somebody and an opening, in words; else their place in the list, 1 = first,
    or null when it is far down, and what speaks ``against`` asking them. ``offer`` is the state of an offer
    that they had."""

    can_go = serializers.BooleanField()
    holds_place = serializers.BooleanField()
    offer = serializers.CharField(source="offer.state", allow_null=True, default=None)
    reasons = serializers.ListField(child=serializers.CharField())
    place = serializers.IntegerField(allow_null=True)
    against = serializers.ListField(child=serializers.CharField())


class OfferCard(Card):
    """An offer as the volunteer sees it: kind, time, street; no name and nothing about the home."""

    ref = serializers.CharField()
    state = serializers.CharField()
    category = serializers.CharField(source="opening__category")
    starts_at = InstantField(source="opening__starts_at")
    ends_at = InstantField(source="opening__ends_at")
    region = serializers.CharField(source="opening__region__code")
    street = serializers.SerializerMethodField()
    distance_m = serializers.IntegerField(allow_null=True)
    reasons = serializers.SerializerMethodField()
    sent_at = InstantField()
    expires_at = InstantField()

    prints = (
        *("ref", "state", "distance_m", "reasons", "sent_at", "expires_at"),
        *("opening__category", "opening__starts_at", "opening__ends_at"),
        *("opening__region__code", "opening__region__name_zh", "opening__region__name_en"),
    )

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:  # noqa: ARG004
        """Return the offers made to the viewer."""
        return queries.offers_for(viewer)

    def get_street(self, row: Any) -> str:
        """Return the street's name in the reader's language."""
        return named(row.opening__region__name_zh, row.opening__region__name_en)

    def get_reasons(self, row: Any) -> list[str]:
        """Return why this person was asked, in words."""
        return rules.words_of(Reason(*one) for one in row.reasons)


class Decline(Shape):
    """Why not this time."""

    reason = serializers.ChoiceField(DeclineReason.choices)
    pause_days = serializers.IntegerField(
        min_value=0, max_value=rules.LONGEST_PAUSE, required=False, default=0
    )


class ApplicationCard(Card):
    """A volunteer's wish for a place."""

    ref = serializers.CharField()
    opening = serializers.CharField(source="opening.ref")
    state = serializers.CharField()
    note = serializers.CharField()
    applied_at = InstantField()
    waiting_position = serializers.SerializerMethodField()
    reason = serializers.CharField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own, and those to the shifts that the viewer runs."""
        return queries.applications_for(viewer, now=now)

    def get_waiting_position(self, row: Application) -> int | None:
        """Return the place in the line."""
        return queries.waiting_position(row)


class AssignmentCard(Card):
    """A task; the address is there for who accepted, in its time."""

    ref = serializers.CharField()
    opening = serializers.CharField(source="opening__ref")
    state = serializers.CharField()
    volunteer_name = serializers.CharField(source="volunteer__volunteer__name")
    volunteer_number = serializers.CharField(source="volunteer__volunteer__number")
    starts_at = InstantField(source="opening__starts_at")
    ends_at = InstantField(source="opening__ends_at")
    street = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()
    reason = serializers.CharField()

    prints = (
        *("ref", "state", "reason", "volunteer__volunteer__name", "volunteer__volunteer__number"),
        *("opening__ref", "opening__starts_at", "opening__ends_at"),
        *("opening__region__name_zh", "opening__region__name_en"),
    )

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the tasks that the viewer may see."""
        return queries.assignments_for(viewer, now=now)

    def look_beside(self, rows: list[Any]) -> None:
        """Read the addresses that are shown now."""
        now = timezone.now()
        soon = [
            row.pk
            for row in rows
            if rules.is_on_the_way(row.state, row.opening__starts_at, row.opening__ends_at, now=now)
        ]
        viewer = self.context["request"].user
        self.addresses = queries.addresses(viewer, soon, now=now) if soon else {}

    def get_street(self, row: Any) -> str:
        """Return the street's name in the reader's language."""
        return named(row.opening__region__name_zh, row.opening__region__name_en)

    def get_address(self, row: Any) -> str | None:
        """Return the full address, from two hours before to the end."""
        return self.addresses.get(row.pk)


class Words(Shape):
    """A short reason in words."""

    reason = TextField(required=False, allow_blank=True, max_length=200, default="")


class Openings(ReadOperations):
    """Openings of the viewer's area or organization, and of public shifts."""

    card = OpeningCard

    @extend_schema(responses=CandidateCard(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def candidates(self, request: Request, ref: str) -> Response:
        """List who can go, best first, with reasons; for who fills it by hand."""
        row, now = self.get_object(), timezone.now()
        rules.check_dispatches(may=queries.may_dispatch(self.viewer, row, now=now))
        return Response(CandidateCard(queries.candidates(row, now=now), many=True).data)

    @extend_schema(parameters=[Somebody], responses=VerdictCard)
    @action(detail=True, methods=["get"], pagination_class=None, url_path="why-not")
    def why_not(self, request: Request, ref: str) -> Response:
        """Say every hard rule between a volunteer and this opening, or their place in the list."""
        row, now = self.get_object(), timezone.now()
        rules.check_dispatches(may=queries.may_dispatch(self.viewer, row, now=now))
        asked = Somebody(data=request.query_params.dict(), context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        person = self._askable(row, asked.validated_data["volunteer"])
        return Response(VerdictCard(verdict(row, person, now=now)).data)

    @extend_schema(parameters=[WhatIf], responses=WideningCard)
    @action(detail=True, methods=["get"], pagination_class=None)
    def widening(self, request: Request, ref: str) -> Response:
        """Say what would find more people for this opening, and why others cannot go; counted when asked.

        With ``otherwise``, ``added`` has who could go then by every rule, and cannot now.
        """
        row, now = self.get_object(), timezone.now()
        rules.check_dispatches(may=queries.may_dispatch(self.viewer, row, now=now))
        asked = WhatIf(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return Response(widening_of(row, self.viewer, now=now, **asked.validated_data))

    @extend_schema(request=Somebody, responses={201: OfferCard})
    @action(detail=True, methods=["post"])
    def offers(self, request: Request, ref: str) -> Response:
        """Ask this volunteer, picked by hand."""
        row, given = self.get_object(), self.given(Somebody)
        person = self._askable(row, given["volunteer"])
        return self.deed(
            lambda now: actions.send_offer(
                opening=row, volunteer=person.user, by=self.viewer, now=now
            ),
            card=OfferCard,
            status_code=status.HTTP_201_CREATED,
        )

    def _askable(self, row: Opening, ref: str) -> VolunteerProfile:
        """Return the volunteer whom the viewer may ask for ``row``; a foreign and an absent one get the same
        answer."""
        person = askable(self.viewer, row, now=timezone.now(), ref=ref)
        if person is None:
            raise serializers.ValidationError({"volunteer": [ByRef.unknown()]})
        return person


class Offers(ReadOperations):
    """Offers made to the viewer."""

    card = OfferCard

    @extend_schema(request=Nothing, responses=AssignmentCard)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, ref: str) -> Response:
        """Take the place; answers with the task."""
        row = self.get_alone()
        self.given(Nothing)
        return self.deed(
            lambda now: actions.accept_offer(offer=row, by=self.viewer, now=now),
            card=AssignmentCard,
        )

    @extend_schema(request=Decline, responses=OfferCard)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, ref: str) -> Response:
        """Say no; it costs nothing."""
        row, given = self.get_object(), self.given(Decline)
        return self.deed(
            lambda now: actions.decline_offer(offer=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Nothing, responses=OfferCard)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, ref: str) -> Response:
        """Have two more hours, once."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.extend_offer(offer=row, by=self.viewer, now=now))


class Applications(ReadOperations):
    """Applications of the viewer, and to the viewer's shifts."""

    card = ApplicationCard

    @extend_schema(request=Nothing, responses=AssignmentCard)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, ref: str) -> Response:
        """Give the applicant a place."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(
            lambda now: actions.accept_application(application=row, by=self.viewer, now=now),
            card=AssignmentCard,
        )

    @extend_schema(request=Words, responses=ApplicationCard)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, ref: str) -> Response:
        """Say no to the applicant."""
        row, given = self.get_object(), self.given(Words)
        return self.deed(
            lambda now: actions.refuse_application(
                application=row, by=self.viewer, now=now, **given
            )
        )

    @extend_schema(request=Nothing, responses=ApplicationCard)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, ref: str) -> Response:
        """Take it back, or leave the line."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(
            lambda now: actions.withdraw_application(application=row, by=self.viewer, now=now)
        )
