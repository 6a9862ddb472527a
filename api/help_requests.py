"""Asking for help, answering, and the visits that follow."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import queries as people
from accounts.states import Language, Sex
from api.base import Card, ReadOperations
from api.shapes import ByRef, InstantField, Nothing, OpenedField, RegionField, Shape, TextField
from help_requests import actions, queries, rules
from help_requests.models import HelpRequest
from help_requests.states import (
    CancelReason,
    Channel,
    CloseReason,
    Place,
    RefusalReason,
    Urgency,
    WishSource,
)
from organizations.queries import organizations_for


class RequestCard(Card):
    """A help request; the sealed words are for the resident's side and the office that answers."""

    ref = serializers.CharField()
    number = serializers.CharField()
    state = serializers.CharField()
    shown_state = serializers.SerializerMethodField()
    resident = serializers.CharField(source="resident__ref")
    service_type = serializers.CharField(source="service_type_id", allow_null=True)
    wish = OpenedField(HelpRequest, "wish")
    wish_source = serializers.CharField()
    details = OpenedField(HelpRequest, "details")
    region = serializers.CharField(source="region__code")
    place = serializers.CharField()
    starts_at = InstantField(allow_null=True)
    minutes = serializers.IntegerField(allow_null=True)
    is_weekly = serializers.BooleanField()
    repeats_until = serializers.DateField(allow_null=True)
    places = serializers.IntegerField()
    language = serializers.CharField()
    answer_due_at = InstantField(allow_null=True)
    reason = serializers.CharField()
    answer = OpenedField(HelpRequest, "answer")
    visits = serializers.SerializerMethodField()

    prints = (
        *("ref", "number", "state", "service_type_id", "wish", "wish_source", "details"),
        *("place", "starts_at", "minutes", "is_weekly", "repeats_until", "places", "language"),
        *("answer_due_at", "reason", "answer", "region__code", "resident__ref"),
        "key__wrapped",
    )

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the requests that the viewer may see."""
        return queries.requests_for(viewer, now=now)

    def look_beside(self, rows: list[Any]) -> None:
        """Read the visits."""
        self.dates = queries.visits_of(row.pk for row in rows)

    def get_shown_state(self, row: Any) -> str:
        """Return the state as the resident sees it."""
        return rules.shown_state(row.state, [state for _ref, state in self.dates[row.pk]])[1]

    def get_visits(self, row: Any) -> list[str]:
        """Return the references of its visits, in order of time."""
        return [ref for ref, _state in self.dates[row.pk]]


class RequestDraft(Shape):
    """What may be said of a request; all but the resident can come later."""

    service_type = ByRef(lambda _v, _n: queries.service_types(), key="code", required=False)
    wish = TextField(required=False, allow_blank=True, max_length=1000, lines=True)
    wish_source = serializers.ChoiceField(WishSource.choices, required=False)
    details = TextField(required=False, allow_blank=True, max_length=2000, lines=True)
    region = RegionField(required=False)
    place = serializers.ChoiceField(Place.choices, required=False)
    address = TextField(required=False, allow_blank=True, max_length=200)
    lat = serializers.FloatField(required=False, min_value=-90, max_value=90)
    lng = serializers.FloatField(required=False, min_value=-180, max_value=180)
    starts_at = InstantField(required=False)
    minutes = serializers.IntegerField(required=False, min_value=15, max_value=720)
    is_weekly = serializers.BooleanField(required=False)
    repeats_until = serializers.DateField(required=False)
    places = serializers.IntegerField(required=False, min_value=1, max_value=10)
    gender_wish = serializers.ChoiceField(Sex.choices, required=False)
    language = serializers.ChoiceField(Language.choices, required=False, allow_blank=True)
    urgency = serializers.ChoiceField(Urgency.choices, required=False)


class NewRequest(RequestDraft):
    """A new draft, for a resident that one is or acts for."""

    resident = ByRef(lambda viewer, now: people.residents_for(viewer, now=now))
    call_number = TextField(required=False, max_length=20)


class Acceptance(Shape):
    """A yes: who takes charge (none = the street)."""

    in_charge = ByRef(lambda viewer, now: organizations_for(viewer, now=now), required=False)
    only_own_volunteers = serializers.BooleanField(required=False, default=False)
    words = TextField(required=False, allow_blank=True, max_length=500, lines=True, default="")


class RequestRefusal(Shape):
    """A no, always with a reason and words."""

    reason = serializers.ChoiceField(RefusalReason.choices)
    words = TextField(max_length=500, lines=True)


class Referral(Shape):
    """Who can help instead."""

    words = TextField(max_length=500, lines=True)


class Cancellation(Shape):
    """Why it is called off."""

    reason = serializers.ChoiceField(CancelReason.choices)


class Closing(Shape):
    """How it ended, and words to the resident."""

    reason = serializers.ChoiceField(
        CloseReason.choices, required=False, default=CloseReason.ENDED.value
    )
    words = TextField(required=False, allow_blank=True, max_length=500, lines=True, default="")


class HelpRequests(ReadOperations):
    """Help requests of the viewer's side, organization or area."""

    card = RequestCard

    @extend_schema(request=NewRequest, responses={201: RequestCard})
    def create(self, request: Request) -> Response:
        """Begin a draft."""
        given = self.given(NewRequest)
        resident = given.pop("resident")
        channel = Channel.HOTLINE if given.get("call_number") else Channel.API
        return self.deed(
            lambda now: actions.draft_request(
                resident=resident, channel=channel, by=self.viewer, now=now, **given
            ),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=RequestDraft, responses=RequestCard)
    def partial_update(self, request: Request, ref: str) -> Response:
        """Write on a draft."""
        row, given = self.get_object(), self.given(RequestDraft)
        return self.deed(
            lambda now: actions.change_draft(request=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Nothing, responses=RequestCard)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, ref: str) -> Response:
        """Send it to the street."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.submit_request(request=row, by=self.viewer, now=now))

    @extend_schema(request=Acceptance, responses=RequestCard)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, ref: str) -> Response:
        """Say yes: visits are planned."""
        row, given = self.get_object(), self.given(Acceptance)
        return self.deed(
            lambda now: actions.accept_request(request=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=RequestRefusal, responses=RequestCard)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, ref: str) -> Response:
        """Say no, with a reason."""
        row, given = self.get_object(), self.given(RequestRefusal)
        return self.deed(
            lambda now: actions.refuse_request(request=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Referral, responses=RequestCard)
    @action(detail=True, methods=["post"])
    def refer(self, request: Request, ref: str) -> Response:
        """Hand it to the body that can help."""
        row, given = self.get_object(), self.given(Referral)
        return self.deed(
            lambda now: actions.refer_request(request=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Cancellation, responses=RequestCard)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, ref: str) -> Response:
        """Call it off."""
        row, given = self.get_object(), self.given(Cancellation)
        return self.deed(
            lambda now: actions.cancel_request(request=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Closing, responses=RequestCard)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, ref: str) -> Response:
        """End an accepted or referred request."""
        row, given = self.get_object(), self.given(Closing)
        return self.deed(
            lambda now: actions.close_request(request=row, by=self.viewer, now=now, **given)
        )
