"""Complaints, appeals, incidents."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Card, ReadOperations
from api.shapes import ByRef, InstantField, Nothing, RegionField, Shape, TextField
from kernel.refusals import Invalid
from matching.queries import assignments_for
from organizations.queries import organizations_for
from rights import actions, queries
from rights.models import Complaint
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
    contact = TextField(required=False, allow_blank=True, max_length=100)
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
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.acknowledge(case=row, by=self.viewer, now=now))

    @extend_schema(request=Nothing)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, ref: str) -> Response:
        """Take it in hand."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.take_in_hand(case=row, by=self.viewer, now=now))

    @extend_schema(request=Nothing)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, ref: str) -> Response:
        """Give the conclusion more days, once."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.extend_case(case=row, by=self.viewer, now=now))

    @extend_schema(request=Nothing)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, ref: str) -> Response:
        """End a decided case: who asked is content, or the time for a review is over."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.close_case(case=row, by=self.viewer, now=now))

    @extend_schema(request=Conclusion)
    @action(detail=True, methods=["post"])
    def conclude(self, request: Request, ref: str) -> Response:
        """Decide it."""
        row, given = self.get_object(), self.given(Conclusion)

        def act(now: datetime) -> Any:
            actions.conclude(case=row, by=self.viewer, now=now, **given)
            return row

        return self.deed(act)

    @extend_schema(request=Nothing)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, ref: str) -> Response:
        """Ask another person to look once more."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.ask_review(case=row, by=self.viewer, now=now))

    @extend_schema(request=Nothing)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, ref: str) -> Response:
        """Take it back."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.withdraw_case(case=row, by=self.viewer, now=now))


class NewComplaintCard(Shape):
    """A complaint without an account; its code is shown once, nothing keeps it."""

    number = serializers.CharField()
    code = serializers.CharField(required=False)


class Tracked(Shape):
    """What somebody without an account follows a complaint by."""

    number = TextField(max_length=20)
    code = TextField(max_length=12)


MADE = PolymorphicProxySerializer(
    component_name="MadeComplaint",
    serializers=[ComplaintCard, NewComplaintCard],
    resource_type_field_name=None,
)


class Complaints(_Cases):
    """Complaints against conduct; one can complain without an account."""

    card = ComplaintCard

    def get_permissions(self) -> Any:
        """Let everybody complain, and go on with it by its code."""
        self.is_public = str(self.action).startswith(("create", "track"))  # type: ignore[misc]
        return super().get_permissions()

    @extend_schema(request=NewComplaint, responses={201: MADE})
    def create(self, request: Request) -> Response:
        """Complain; without an account number and code are shown, by which it is followed."""
        given, made = self.given(NewComplaint), status.HTTP_201_CREATED
        if self.viewer:
            return self.deed(
                lambda now: actions.submit_complaint(by=self.viewer, now=now, **given)[0],
                status_code=made,
            )
        codes: dict[str, str] = {}
        now = timezone.now()

        def first() -> dict[str, str]:
            complaint, codes["code"] = actions.submit_complaint(by=None, now=now, **given)
            return {"number": complaint.number}

        return Response(NewComplaintCard({**self.once(first, now=now), **codes}).data, status=made)

    def by_code(self, act: Callable[..., Any] | None = None) -> Response:
        """Answer with the complaint that number and code fit, after ``act``."""
        given = self.given(Tracked)

        def find() -> Complaint:
            found = queries.track(given["number"], given["code"])
            if found is None:
                raise Invalid("not_found", _("Number and code do not fit."), field="code")
            return found

        def deed(now: datetime) -> None:
            if act:
                act(case=find(), code=given["code"], by=None, now=now)

        return self.wish(deed, lambda: self.show(find()).data)

    @extend_schema(request=Tracked, responses=ComplaintCard)
    @action(detail=False, methods=["post"])
    def track(self, request: Request) -> Response:
        """Follow a complaint without an account."""
        return self.by_code()

    @extend_schema(request=Tracked, responses=ComplaintCard)
    @action(detail=False, methods=["post"], url_path="track/withdraw")
    def track_withdraw(self, request: Request) -> Response:
        """Take a complaint back without an account."""
        return self.by_code(actions.withdraw_case)

    @extend_schema(request=Tracked, responses=ComplaintCard)
    @action(detail=False, methods=["post"], url_path="track/review")
    def track_review(self, request: Request) -> Response:
        """Ask another person to look once more, without an account."""
        return self.by_code(actions.ask_review)

    @extend_schema(request=Tracked, responses=ComplaintCard)
    @action(detail=False, methods=["post"], url_path="track/close")
    def track_close(self, request: Request) -> Response:
        """Be content with the answer, without an account."""
        return self.by_code(actions.close_case)


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
    assignment = ByRef(lambda viewer, now: assignments_for(viewer, now=now), required=False)
    region = RegionField(required=False)
    is_hurt = serializers.BooleanField(required=False, default=False)
    words = TextField(required=False, allow_blank=True, max_length=2000, lines=True, default="")
    happened_at = InstantField(required=False, default=None)


class Ending(Shape):
    """What happened, or what was done."""

    words = TextField(max_length=2000, lines=True)


class Incidents(ReadOperations):
    """Incidents during a service."""

    card = IncidentCard

    @extend_schema(request=NewIncident, responses={201: IncidentCard})
    def create(self, request: Request) -> Response:
        """Put it on record."""
        given = self.given(NewIncident)
        if "region" not in given:
            if "assignment" not in given:
                raise Invalid("required", _("Say where it was."), field="region")
            given["region"] = given["assignment"].opening.region
        return self.deed(
            lambda now: actions.report_incident(by=self.viewer, now=now, **given),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Nothing, responses=IncidentCard)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, ref: str) -> Response:
        """Look after it."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.take_incident(incident=row, by=self.viewer, now=now))

    @extend_schema(request=Ending, responses=IncidentCard)
    @action(detail=True, methods=["post"])
    def add(self, request: Request, ref: str) -> Response:
        """Add what happened; what was said before stays."""
        row, given = self.get_object(), self.given(Ending)
        return self.deed(
            lambda now: actions.add_to_incident(incident=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Ending, responses=IncidentCard)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, ref: str) -> Response:
        """End it, and say what was done."""
        row, given = self.get_object(), self.given(Ending)
        return self.deed(
            lambda now: actions.close_incident(incident=row, by=self.viewer, now=now, **given)
        )
