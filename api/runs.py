"""Plans for many needs at once: asked for, looked at, carried out in part or whole, or dropped."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import Card, ReadOperations
from api.shapes import InstantField, Nothing, RegionField, Shape
from matching import actions, queries, rules
from matching.models import Proposal, Run


class RunCard(Card):
    """A plan of the open needs of a region that begin in some days. ``objective`` is what it is worth,
    ``bound`` what no plan could exceed, ``gap`` the share that it may fall short of that.

    ``seen_at``: when the worker that plans, or planned, last made progress; null before one began.
    ``taken_up_at``: if it makes none before then, it is gone on with from there as soon as a worker is free;
    null unless ``state`` is RUNNING. A worker that was silent for more than five minutes has most likely
    stopped."""

    ref = serializers.CharField()
    state = serializers.CharField()
    region = serializers.CharField(source="region.code")
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    by_hand = serializers.SerializerMethodField()
    asked_at = InstantField()
    seen_at = InstantField(allow_null=True)
    taken_up_at = serializers.SerializerMethodField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    places = serializers.IntegerField()
    filled = serializers.IntegerField()
    objective = serializers.FloatField(allow_null=True)
    bound = serializers.FloatField(allow_null=True)
    gap = serializers.FloatField(allow_null=True)
    message = serializers.CharField()
    ready_at = InstantField(allow_null=True)
    decided_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the plans of the viewer's area."""
        return queries.runs_for(viewer, now=now)

    def get_by_hand(self, row: Run) -> bool:
        """Say whether a person asked for it; else the clock did."""
        return row.asked_by_id is not None

    @extend_schema_field(InstantField(allow_null=True))
    def get_taken_up_at(self, row: Run) -> str | None:
        """Return from when on another worker goes on, should nothing more be heard of this one."""
        due = rules.taken_up_at(row)
        return InstantField().to_representation(due) if due else None


class ProposalCard(Shape):
    """Who is proposed for what; ``chosen``, null until it is decided. Of a chosen one either ``offer`` is
    the state of the offer that went out, or ``against`` says what had come between."""

    ref = serializers.CharField()
    opening = serializers.CharField(source="opening.ref")
    volunteer = serializers.CharField(source="volunteer.volunteer.ref")
    name = serializers.CharField(source="volunteer.volunteer.name")
    score = serializers.FloatField()
    distance_m = serializers.SerializerMethodField()
    chosen = serializers.BooleanField(allow_null=True)
    offer = serializers.CharField(source="offer.state", allow_null=True, default=None)
    against = serializers.SerializerMethodField()

    def get_distance_m(self, row: Proposal) -> int | None:
        """Return how far the volunteer lives from the need."""
        return queries.away_m(row)

    def get_against(self, row: Proposal) -> list[str]:
        """Return what had come between, in words."""
        return queries.against_words(row)


class UnfilledCard(Shape):
    """A need that lacks so many people (``places``); how many were looked at, how many of them each rule was
    the first to turn down (``refused``), and how many none did (``fit``): those who are proposed for it, and
    those who are not, since the plan sends them elsewhere, they have enough that day, too few could go
    together, or only others, who suit better, were tried.

    Each person counts once, at the first rule that turns them down. The rules: ``not_blocked``: was asked
    for it before, or is not brought together with this resident. ``skilled``: lacks a skill, or the
    level needed. ``speaks``: lacks the language. ``of_age``: is under 18. ``own_volunteer``: is not the
    organization's own. ``credentialed``: has no valid paper of the kind needed. ``in_peace``: was asked
    often enough of late. ``willing``: did not choose this kind of help, or not for a while. ``wished``:
    is not of the gender wished for. ``near``: lives too far away. ``free``: is not free then, or on a
    pause. ``not_busy``: has another service too close in time. ``rested``: would have no night's rest.
    ``within_her_day``, ``within_her_week``: no time is left of that day, of the hours of that week.
    Plans of before these were told apart say ``lacking``: any of ``skilled``, ``speaks``, ``of_age``,
    ``own_volunteer``, ``credentialed``, ``in_peace`` and ``willing``."""

    opening = serializers.CharField(source="opening.ref")
    places = serializers.IntegerField()
    looked_at = serializers.IntegerField()
    refused = serializers.DictField(child=serializers.IntegerField())
    fit = serializers.IntegerField()


class LoadCard(Shape):
    """So many people would get so many services."""

    services = serializers.IntegerField()
    people = serializers.IntegerField()


class PlanCard(RunCard):
    """A plan with what it proposes, by the time of the need, and what it leaves unfilled."""

    proposals = serializers.SerializerMethodField()
    unfilled = serializers.SerializerMethodField()
    load = serializers.SerializerMethodField()

    def look_beside(self, rows: list[Any]) -> None:
        """Read the proposals once: two fields print of them."""
        self.proposed = {row.pk: list(queries.proposals_of(row)) for row in rows}

    @extend_schema_field(ProposalCard(many=True))
    def get_proposals(self, row: Run) -> Any:
        """Return who is proposed for what."""
        return ProposalCard(self.proposed[row.pk], many=True).data

    @extend_schema_field(UnfilledCard(many=True))
    def get_unfilled(self, row: Run) -> Any:
        """Return what stays without anybody, and why."""
        return UnfilledCard(queries.unfilled_of(row), many=True).data

    @extend_schema_field(LoadCard(many=True))
    def get_load(self, row: Run) -> Any:
        """Return how the load would be spread."""
        spread = queries.load_of(self.proposed[row.pk])
        return [{"services": services, "people": people} for services, people in spread]


class NewRun(Shape):
    """Which days of which region."""

    region = RegionField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()


class Chosen(Shape):
    """The proposals that are carried out, by their ref; null for all."""

    chosen = serializers.ListField(
        child=serializers.CharField(max_length=40), allow_null=True, max_length=100_000
    )


class Runs(ReadOperations):
    """Plans of the viewer's area, the newest first."""

    card = PlanCard

    def get_serializer_class(self) -> type[Card]:
        """Return the shape of the answer: a list says nothing of single people."""
        return RunCard if self.action == "list" else PlanCard

    def get_queryset(self) -> Any:
        """Return the plans that the viewer may see; for a list without what the engine said."""
        rows = super().get_queryset()
        return rows.defer("snapshot", "answer") if self.action == "list" else rows

    @extend_schema(request=NewRun, responses={201: PlanCard})
    def create(self, request: Request) -> Response:
        """Have the open needs of a region planned that begin in these days; the worker does it."""
        given = self.given(NewRun)
        return self.deed(
            lambda now: actions.ask_run(by=self.viewer, now=now, **given),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Chosen, responses=PlanCard)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, ref: str) -> Response:
        """Have the chosen proposals carried out; the others are dropped."""
        row, given = self.get_object(), self.given(Chosen)
        return self.deed(lambda now: actions.accept_run(run=row, by=self.viewer, now=now, **given))

    @extend_schema(request=Nothing, responses=PlanCard)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, ref: str) -> Response:
        """Stop it, or drop its plan: nobody is asked."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.cancel_run(run=row, by=self.viewer, now=now))
