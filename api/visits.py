"""The dated visits of a request: moved, called off, confirmed, evaluated."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Card, ReadOperations
from api.help_requests import Cancellation
from api.service_records import EvaluationCard, RecordCard
from api.shapes import ByRef, InstantField, Shape, TextField
from help_requests import actions, queries
from help_requests.models import Visit
from kernel.refusals import Conflict, Invalid
from matching.queries import assignments_for
from matching.states import AssignmentState
from service_records import actions as service
from service_records import queries as records
from service_records.states import Face, RecordState, Side


class VisitCard(Card):
    """One dated visit; the arrival code is there for the resident's side, in its time."""

    ref = serializers.CharField()
    request = serializers.CharField(source="request.ref")
    state = serializers.CharField()
    starts_at = InstantField()
    ends_at = InstantField()
    places = serializers.IntegerField()
    arrival_code = serializers.SerializerMethodField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the visits that the viewer may see."""
        return queries.visits_for(viewer, now=now)

    def get_arrival_code(self, row: Visit) -> str | None:
        """Return the code, from two hours before to the end, for the resident's side."""
        viewer = self.context["request"].user
        return queries.arrival_code_for(viewer, row, now=timezone.now())


class VisitMove(Shape):
    """Another time."""

    starts_at = InstantField()


class VisitConfirmation(Shape):
    """It took place; fewer minutes than the evidence, if it was so."""

    record = ByRef(lambda viewer, now: records.records_for(viewer, now=now), required=False)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=1440)


class VisitEvaluation(Shape):
    """How it was for the resident."""

    assignment = ByRef(lambda viewer, now: assignments_for(viewer, now=now), required=False)
    face = serializers.ChoiceField(Face.choices)
    words = TextField(required=False, allow_blank=True, max_length=500, lines=True, default="")


class Visits(ReadOperations):
    """Visits of the requests that the viewer may see."""

    card = VisitCard

    @extend_schema(request=VisitMove, responses=VisitCard)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, ref: str) -> Response:
        """Give it another time of the same length."""
        row, given = self.get_object(), self.given(VisitMove)
        return self.deed(
            lambda now: actions.move_visit(visit=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Cancellation, responses=VisitCard)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, ref: str) -> Response:
        """Call one visit off."""
        row, given = self.get_object(), self.given(Cancellation)
        return self.deed(
            lambda now: actions.cancel_visit(visit=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=VisitConfirmation, responses=RecordCard)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, ref: str) -> Response:
        """Confirm that it took place; where several came, name the record."""
        row, given = self.get_object(), self.given(VisitConfirmation)
        named = given.pop("record", None)

        def act(now: datetime) -> Any:
            there = records.records_for(self.viewer, now=now).filter(assignment__opening__visit=row)
            waiting = there.filter(state=RecordState.UNCONFIRMED)
            record = self.meant(named, there, waiting, field="record")
            return service.confirm_record(record=record, by=self.viewer, now=now, **given)

        return self.deed(act, card=RecordCard)

    @extend_schema(request=VisitEvaluation, responses={201: EvaluationCard})
    @action(detail=True, methods=["post"])
    def evaluate(self, request: Request, ref: str) -> Response:
        """Say how it was, for the resident's side; where several came, name the task."""
        row, given = self.get_object(), self.given(VisitEvaluation)
        named = given.pop("assignment", None)

        def act(now: datetime) -> Any:
            there = assignments_for(self.viewer, now=now).filter(opening__visit=row)
            done = there.filter(state=AssignmentState.DONE)
            task = self.meant(named, there, done, field="assignment")
            return service.evaluate(
                assignment=task, side=Side.RESIDENT, by=self.viewer, now=now, **given
            )

        return self.deed(act, card=EvaluationCard, status_code=status.HTTP_201_CREATED)

    def meant(self, named: Any, there: Any, waiting: Any, *, field: str) -> Any:
        """Return the row of ``there`` that was named, or the only one of ``waiting``.

        Raises ``Conflict`` (``nothing_waits``), ``Invalid`` (``unknown``, ``which_one``) at ``field``.
        """
        if named is not None:
            if not there.filter(pk=named.pk).exists():
                raise Invalid("unknown", str(ByRef.unknown()), field=field)
            return named
        found = list(waiting[:2])
        if not found:
            raise Conflict("nothing_waits", _("Nothing waits for this."))
        if len(found) > 1:
            raise Invalid("which_one", _("Several people came: say which one."), field=field)
        return found[0]
