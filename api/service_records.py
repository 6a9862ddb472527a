"""Coming and going, hours and their review, evaluation."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Card, Operations, ReadOperations
from api.matching import AssignmentCard, Words
from api.shapes import ByRef, InstantField, Nothing, Shape, TextField
from kernel.refusals import Refusal
from matching import actions as matching
from service_records import actions, queries, rules
from service_records.states import CheckMethod, Face, ReturnReason, Side


class RecordCard(Card):
    """Hours of one volunteer on one day; corrected is derived."""

    ref = serializers.CharField()
    number = serializers.CharField()
    state = serializers.CharField()
    assignment = serializers.CharField(source="assignment__ref")
    volunteer_name = serializers.CharField(source="volunteer__volunteer__name")
    service_on = serializers.DateField()
    starts_at = InstantField()
    ends_at = InstantField(allow_null=True)
    minutes = serializers.IntegerField()
    evidence = serializers.CharField()
    record_due_on = serializers.DateField()
    is_corrected = serializers.SerializerMethodField()
    reason = serializers.CharField()
    words = serializers.CharField()

    prints = (
        *("ref", "number", "state", "service_on", "starts_at", "ends_at", "minutes"),
        *("evidence", "record_due_on", "reason", "words"),
        *("assignment__ref", "volunteer__volunteer__name", "correction__ref"),
    )

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the records that the viewer may see."""
        return queries.records_for(viewer, now=now)

    def get_is_corrected(self, row: Any) -> bool:
        """Say whether another approved record stands in its place."""
        return row.correction__ref is not None


class CheckInGiven(Shape):
    """How the coming is shown."""

    method = serializers.ChoiceField(
        [m for m in CheckMethod.choices if m[0] not in {CheckMethod.SELF, CheckMethod.CLOCK}]
    )
    code = TextField(required=False, allow_blank=True, max_length=12, default="")
    lat = serializers.FloatField(required=False, min_value=-90, max_value=90)
    lng = serializers.FloatField(required=False, min_value=-180, max_value=180)


class CheckOutGiven(Shape):
    """Who says that the volunteer has gone."""

    method = serializers.ChoiceField(
        [(CheckMethod.SELF, "self"), (CheckMethod.COORDINATOR, "coordinator")],
        required=False,
        default=CheckMethod.SELF,
    )


class EvaluationGiven(Shape):
    """How it was."""

    side = serializers.ChoiceField(Side.choices)
    face = serializers.ChoiceField(Face.choices, required=False, default="")
    punctuality = serializers.IntegerField(required=False, min_value=1, max_value=5)
    attitude = serializers.IntegerField(required=False, min_value=1, max_value=5)
    skill = serializers.IntegerField(required=False, min_value=1, max_value=5)
    words = TextField(required=False, allow_blank=True, max_length=500, lines=True, default="")


class EvaluationCard(Card):
    """One side's word on a service."""

    ref = serializers.CharField()
    side = serializers.CharField()
    face = serializers.CharField()
    punctuality = serializers.IntegerField(allow_null=True)
    attitude = serializers.IntegerField(allow_null=True)
    skill = serializers.IntegerField(allow_null=True)
    words = serializers.CharField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the evaluations that the viewer may see."""
        return queries.evaluations_for(viewer, now=now)


class Assignments(ReadOperations):
    """Tasks: check in, check out, cannot come, did not come, evaluate."""

    card = AssignmentCard

    @extend_schema(request=CheckInGiven, responses={201: RecordCard})
    @action(detail=True, methods=["post"], url_path="check-in")
    def check_in(self, request: Request, ref: str) -> Response:
        """Say that the volunteer has come."""
        row, given = self.get_object(), self.given(CheckInGiven)
        point = given.pop("lat", None), given.pop("lng", None)
        given["point"] = None if None in point else point
        return self.deed(
            lambda now: actions.check_in(assignment=row, by=self.viewer, now=now, **given),
            card=RecordCard,
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=CheckOutGiven, responses=RecordCard)
    @action(detail=True, methods=["post"], url_path="check-out")
    def check_out(self, request: Request, ref: str) -> Response:
        """Say that the volunteer has gone."""
        row, given = self.get_object(), self.given(CheckOutGiven)
        return self.deed(
            lambda now: actions.check_out(assignment=row, by=self.viewer, now=now, **given),
            card=RecordCard,
        )

    @extend_schema(request=Words, responses=AssignmentCard)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, ref: str) -> Response:
        """Call it off ("cannot come")."""
        row, given = self.get_object(), self.given(Words)
        return self.deed(
            lambda now: matching.cancel_assignment(assignment=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Nothing, responses=AssignmentCard)
    @action(detail=True, methods=["post"], url_path="no-show")
    def no_show(self, request: Request, ref: str) -> Response:
        """Say that the volunteer did not come."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: matching.mark_no_show(assignment=row, by=self.viewer, now=now))

    @extend_schema(request=EvaluationGiven, responses={201: EvaluationCard})
    @action(detail=True, methods=["post"])
    def evaluate(self, request: Request, ref: str) -> Response:
        """Say how it was, once a side."""
        row, given = self.get_object(), self.given(EvaluationGiven)
        return self.deed(
            lambda now: actions.evaluate(assignment=row, by=self.viewer, now=now, **given),
            card=EvaluationCard,
            status_code=status.HTTP_201_CREATED,
        )


class Confirmation(Shape):
    """It took place; fewer minutes than the evidence, if it was so."""

    minutes = serializers.IntegerField(required=False, min_value=1, max_value=1440)


class ManyRecords(Shape):
    """Which records to confirm together."""

    records = serializers.ListField(
        child=serializers.CharField(max_length=40),
        min_length=1,
        max_length=rules.MOST_AT_ONCE,
    )


class RecordOutcome(Shape):
    """What became of one of them; ``code`` and ``message`` say why it was not confirmed."""

    ref = serializers.CharField()
    is_confirmed = serializers.BooleanField()
    code = serializers.CharField()
    message = serializers.CharField()


class Outcomes(Shape):
    """What became of each, in the order in which they were named."""

    outcomes = RecordOutcome(many=True)


class HandedInAgain(Shape):
    """How many minutes, and what was missing."""

    minutes = serializers.IntegerField(min_value=1, max_value=1440)
    words = TextField(max_length=400, lines=True)


class HoursReturn(Shape):
    """Why hours go back."""

    reason = serializers.ChoiceField(ReturnReason.choices)
    words = TextField(max_length=400, lines=True)


def _outcome(ref: str, refusal: Refusal | None) -> dict[str, Any]:
    return {
        "ref": ref,
        "is_confirmed": refusal is None,
        "code": refusal.code if refusal else "",
        "message": refusal.message if refusal else "",
    }


class ServiceRecords(ReadOperations):
    """Service records: confirm, approve, return."""

    card = RecordCard

    @extend_schema(request=Confirmation, responses=RecordCard)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, ref: str) -> Response:
        """Confirm that it took place."""
        row, given = self.get_object(), self.given(Confirmation)
        return self.deed(
            lambda now: actions.confirm_record(record=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=ManyRecords, responses=Outcomes)
    @action(detail=False, methods=["post"], url_path="confirm", url_name="confirm-many")
    def confirm_many(self, request: Request) -> Response:
        """Confirm many whose evidence is plain, each by itself; say of the others why not.

        A foreign record and an absent one are both ``unknown``.
        """
        refs = list(dict.fromkeys(self.given(ManyRecords)["records"]))
        now = timezone.now()
        found = queries.records_for(self.viewer, now=now).filter(ref__in=refs)

        def act() -> dict[str, Any]:
            outcomes = (
                actions.confirm_records(records=found, by=self.viewer, now=now) if found else []
            )
            refusals = {outcome.record.ref: outcome.refusal for outcome in outcomes}
            unknown = Refusal("unknown", str(ByRef.default_error_messages["unknown"]))
            return {"outcomes": [_outcome(ref, refusals.get(ref, unknown)) for ref in refs]}

        return Response(self.once(act, now=now))

    @extend_schema(request=HandedInAgain, responses=RecordCard)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, ref: str) -> Response:
        """Hand a returned record in again, with what was missing."""
        row, given = self.get_object(), self.given(HandedInAgain)
        return self.deed(
            lambda now: actions.propose_again(record=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Nothing, responses=RecordCard)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, ref: str) -> Response:
        """Approve, or pass on to a second reviewer where two have to see it."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.approve_hours(record=row, by=self.viewer, now=now))

    @extend_schema(request=HoursReturn, responses=RecordCard)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, ref: str) -> Response:
        """Send hours back with a reason."""
        row, given = self.get_object(), self.given(HoursReturn)
        return self.deed(
            lambda now: actions.return_hours(record=row, by=self.viewer, now=now, **given)
        )


class HelperCard(Card):
    """A volunteer who serves with the organizations that the viewer runs, and what they did there.

    Minutes are those that count. Without the volunteer's consent to share with organizations the name is
    masked, and there is no number.
    """

    ref = serializers.CharField()
    name = serializers.SerializerMethodField()
    number = serializers.SerializerMethodField()
    last_on = serializers.DateField(allow_null=True)
    services = serializers.IntegerField()
    verified_minutes = serializers.IntegerField(source="verified")
    declared_minutes = serializers.IntegerField(source="declared")

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return who serves with the viewer's organizations."""
        return queries.helpers_of(viewer, now=now)

    def get_name(self, row: Any) -> str:
        """Return the name as far as it is shared."""
        return queries.name_shown(row)

    def get_number(self, row: Any) -> str | None:
        """Return the volunteer number, if it is shared."""
        return row.number if row.shares else None


class Helpers(mixins.ListModelMixin, Operations):
    """The volunteers who serve with the organizations that the viewer runs."""

    card = HelperCard
