"""Complaints, appeals, incidents."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Card, ReadOperations
from api.shapes import ByRef, InstantField, Nothing, RegionField, Shape, TextField
from matching.queries import assignments_for
from organizations.queries import organizations_for
from rights import actions, queries
from rights.states import AppealReason, ComplaintKind, IncidentKind, Outcome
from service_records.queries import records_for


class RulingCard(Card):
    """The answer to a case."""

    ref = serializers.CharField()
    outcome = serializers.CharField()
    words = serializers.CharField()
    minutes = serializers.IntegerField(allow_null=True)
    at = InstantField()


class _CaseCard(Card):
    ref = serializers.CharField()
    number = serializers.CharField()
    state = serializers.CharField()
    region = serializers.CharField(source="region.code")
    words = serializers.CharField()
    submitted_at = InstantField()
    acknowledge_by = serializers.DateField()
    conclude_by = serializers.DateField()
    rulings = RulingCard(many=True)


class ComplaintCard(_CaseCard):
    """A complaint."""

    kind = serializers.CharField()
    wish = serializers.CharField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own, and those to handle."""
        return queries.complaints_for(viewer, now=now).prefetch_related("rulings__key")


class AppealCard(_CaseCard):
    """An appeal against a decision on hours."""

    record = serializers.CharField(source="record.ref")
    reason = serializers.CharField()
    claimed_minutes = serializers.IntegerField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own, and those to handle."""
        return queries.appeals_for(viewer, now=now).prefetch_related("rulings__key")


class NewComplaint(Shape):
    """What happened, about whom, and what is wished for."""

    kind = serializers.ChoiceField(ComplaintKind.choices)
    region = RegionField()
    words = TextField(max_length=2000, lines=True)
    wish = TextField(required=False, allow_blank=True, max_length=2000, lines=True)
    about_organization = ByRef(
        lambda viewer, now: organizations_for(viewer, now=now), required=False
    )
    assignment = ByRef(lambda viewer, now: assignments_for(viewer, now=now), required=False)


class NewAppeal(Shape):
    """Which record, what is wrong, and what would be right."""

    record = ByRef(lambda viewer, now: records_for(viewer, now=now))
    reason = serializers.ChoiceField(AppealReason.choices)
    words = TextField(max_length=2000, lines=True)
    claimed_minutes = serializers.IntegerField(required=False, min_value=1, max_value=1440)


class Conclusion(Shape):
    """A decision with its reasons."""

    outcome = serializers.ChoiceField(Outcome.choices)
    words = TextField(max_length=2000, lines=True)
    minutes = serializers.IntegerField(required=False, min_value=0, max_value=1440)


class _Cases(ReadOperations):
    @extend_schema(request=Nothing)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, ref: str) -> Response:
        """Tell who asked that it has arrived."""
        self.given(Nothing)
        row = self.get_object()
        return self.deed(lambda now: actions.acknowledge(case=row, by=self.viewer, now=now))

    @extend_schema(request=Conclusion)
    @action(detail=True, methods=["post"])
    def conclude(self, request: Request, ref: str) -> Response:
        """Decide it."""
        given, row = self.given(Conclusion), self.get_object()

        def act(now: datetime) -> Any:
            actions.conclude(case=row, by=self.viewer, now=now, **given)
            return row

        return self.deed(act)

    @extend_schema(request=Nothing)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, ref: str) -> Response:
        """Ask another person to look once more."""
        self.given(Nothing)
        row = self.get_object()
        return self.deed(lambda now: actions.ask_review(case=row, by=self.viewer, now=now))

    @extend_schema(request=Nothing)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, ref: str) -> Response:
        """Take it back."""
        self.given(Nothing)
        row = self.get_object()
        return self.deed(lambda now: actions.withdraw_case(case=row, by=self.viewer, now=now))


class Complaints(_Cases):
    """Complaints against conduct."""

    card = ComplaintCard

    @extend_schema(request=NewComplaint, responses={201: ComplaintCard})
    def create(self, request: Request) -> Response:
        """Complain."""
        given = self.given(NewComplaint)
        return self.deed(
            lambda now: actions.submit_complaint(by=self.viewer, now=now, **given)[0],
            status_code=status.HTTP_201_CREATED,
        )


class Appeals(_Cases):
    """Appeals against decisions on hours."""

    card = AppealCard

    @extend_schema(request=NewAppeal, responses={201: AppealCard})
    def create(self, request: Request) -> Response:
        """Appeal."""
        given = {"claimed_minutes": None, **self.given(NewAppeal)}
        return self.deed(
            lambda now: actions.submit_appeal(by=self.viewer, now=now, **given),
            status_code=status.HTTP_201_CREATED,
        )


class IncidentCard(Card):
    """An incident."""

    ref = serializers.CharField()
    number = serializers.CharField()
    state = serializers.CharField()
    kind = serializers.CharField()
    is_hurt = serializers.BooleanField()
    words = serializers.CharField(allow_null=True)
    happened_at = InstantField()
    report_due_at = InstantField()
    outcome = serializers.CharField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own reports, and those to look after."""
        return queries.incidents_for(viewer, now=now)


class NewIncident(Shape):
    """Only the kind is needed; the rest can come later."""

    kind = serializers.ChoiceField(IncidentKind.choices)
    assignment = ByRef(lambda viewer, now: assignments_for(viewer, now=now))
    is_hurt = serializers.BooleanField(required=False, default=False)
    words = TextField(required=False, allow_blank=True, max_length=2000, lines=True, default="")
    happened_at = InstantField(required=False, default=None)


class Ending(Shape):
    """What was done."""

    words = TextField(max_length=2000, lines=True)


class Incidents(ReadOperations):
    """Incidents during a service."""

    card = IncidentCard

    @extend_schema(request=NewIncident, responses={201: IncidentCard})
    def create(self, request: Request) -> Response:
        """Put it on record."""
        given = self.given(NewIncident)
        return self.deed(
            lambda now: actions.report_incident(
                region=given["assignment"].opening.region, by=self.viewer, now=now, **given
            ),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Nothing, responses=IncidentCard)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, ref: str) -> Response:
        """Look after it."""
        self.given(Nothing)
        row = self.get_object()
        return self.deed(lambda now: actions.take_incident(incident=row, by=self.viewer, now=now))

    @extend_schema(request=Ending, responses=IncidentCard)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, ref: str) -> Response:
        """End it, and say what was done."""
        given, row = self.given(Ending), self.get_object()
        return self.deed(
            lambda now: actions.close_incident(incident=row, by=self.viewer, now=now, **given)
        )
