"""Projects on their way through moderation, and their shifts."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.states import Category, CredentialKind
from api.base import Card, ReadOperations
from api.matching import ApplicationCard, AssignmentCard
from api.organizations import Reason
from api.shapes import ByRef, InstantField, Nothing, RegionField, Shape, TextField
from matching import actions as matching
from matching import queries as matched
from organizations import actions, queries, rules
from regions.states import AccessFact
from service_records.queries import rotating_code


class ProjectCard(Card):
    """A project."""

    ref = serializers.CharField()
    number = serializers.CharField()
    organization = serializers.CharField(source="organization.ref")
    title = serializers.CharField()
    summary = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField()
    region = serializers.CharField(source="region.code")
    place = serializers.CharField()
    skills = serializers.DictField()
    credentials = serializers.ListField()
    auto_accept = serializers.BooleanField()
    state = serializers.CharField()
    reason = serializers.CharField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return published projects, the viewer's own, and those to moderate."""
        return queries.projects_for(viewer, now=now)


class ProjectWords(Shape):
    """What a project is."""

    title = TextField(max_length=60)
    summary = TextField(max_length=120)
    description = TextField(max_length=4000, lines=True)
    category = serializers.ChoiceField(Category.choices)
    region = RegionField()
    place = TextField(max_length=200)
    skills = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=3), required=False
    )
    credentials = serializers.ListField(
        child=serializers.ChoiceField(CredentialKind.choices), required=False
    )
    access = serializers.ListField(
        child=serializers.ChoiceField(AccessFact.choices), required=False
    )
    auto_accept = serializers.BooleanField(required=False)
    adults_only = serializers.BooleanField(required=False)
    insured = serializers.BooleanField(required=False)


class NewProject(ProjectWords):
    """What a new project is, and whose."""

    organization = ByRef(lambda viewer, now: queries.my_organizations(viewer, now=now))


class ShiftCard(Card):
    """A dated part of a project."""

    ref = serializers.CharField()
    project = serializers.CharField(source="project.ref")
    starts_at = InstantField()
    ends_at = InstantField()
    places = serializers.IntegerField()
    state = serializers.CharField()
    reason = serializers.CharField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the shifts that the viewer may see."""
        return queries.shifts_for(viewer, now=now)


class NewShift(Shape):
    """When, and how many people."""

    starts_at = InstantField()
    ends_at = InstantField()
    places = serializers.IntegerField(min_value=1, max_value=500)


class WeeklyShifts(NewShift):
    """The first of them, and for how many weeks."""

    weeks = serializers.IntegerField(min_value=1, max_value=26)


class Projects(ReadOperations):
    """Projects on their way through moderation."""

    card = ProjectCard
    is_public = True

    def get_permissions(self) -> Any:
        """Let everybody read, and only who is signed in do anything."""
        self.is_public = self.request.method in {"GET", "HEAD"}  # type: ignore[misc]
        return super().get_permissions()

    @extend_schema(request=NewProject, responses={201: ProjectCard})
    def create(self, request: Request) -> Response:
        """Draft a project."""
        given = self.given(NewProject)
        return self.deed(
            lambda now: actions.make_project(by=self.viewer, now=now, **given),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=NewShift, responses={201: ShiftCard})
    @action(detail=True, methods=["post"])
    def shifts(self, request: Request, ref: str) -> Response:
        """Add a dated part."""
        row, given = self.get_object(), self.given(NewShift)
        return self.deed(
            lambda now: actions.add_shift(project=row, by=self.viewer, now=now, **given),
            card=ShiftCard,
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Nothing, responses=ProjectCard)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, ref: str) -> Response:
        """Hand it in for moderation."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.submit_project(project=row, by=self.viewer, now=now))

    @extend_schema(request=Nothing, responses=ProjectCard)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, ref: str) -> Response:
        """Publish it: moderation says yes."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.publish_project(project=row, by=self.viewer, now=now))

    @extend_schema(request=Reason, responses=ProjectCard)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, ref: str) -> Response:
        """Send it back with a reason."""
        row, given = self.get_object(), self.given(Reason)
        return self.deed(
            lambda now: actions.return_project(project=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=ProjectWords, responses=ProjectCard)
    def update(self, request: Request, ref: str) -> Response:
        """Write a draft anew."""
        row, given = self.get_object(), self.given(ProjectWords)
        return self.deed(
            lambda now: actions.change_project(project=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=WeeklyShifts, responses={201: ProjectCard})
    @action(detail=True, methods=["post"], url_path="weekly-shifts")
    def weekly_shifts(self, request: Request, ref: str) -> Response:
        """Add the same dated part in each of some weeks; all or none."""
        row, given = self.get_object(), self.given(WeeklyShifts)

        def act(now: datetime) -> Any:
            actions.add_weekly_shifts(project=row, by=self.viewer, now=now, **given)
            return row

        return self.deed(act, status_code=status.HTTP_201_CREATED)

    @extend_schema(request=Nothing, responses=ProjectCard)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, ref: str) -> Response:
        """End it; shifts still to come are called off."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.close_project(project=row, by=self.viewer, now=now))

    @extend_schema(request=Nothing, responses=ProjectCard)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, ref: str) -> Response:
        """Put away a draft that was given up, or a closed project."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.archive_project(project=row, by=self.viewer, now=now))


class CodeCard(Shape):
    """The code on the coordinator's screen."""

    code = serializers.CharField()
    seconds_left = serializers.IntegerField()


class ApplicationNote(Shape):
    """A few words to the coordinator."""

    note = TextField(required=False, allow_blank=True, max_length=200, default="")


class Shifts(ReadOperations):
    """Shifts: applied to, run, called off."""

    card = ShiftCard
    is_public = True

    def get_permissions(self) -> Any:
        """Let everybody read, and only who is signed in do anything; code and roster are no reading."""
        reading = self.request.method in {"GET", "HEAD"}
        self.is_public = reading and self.action in {"list", "retrieve"}  # type: ignore[misc]
        return super().get_permissions()

    @extend_schema(request=ApplicationNote, responses={201: ApplicationCard})
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, ref: str) -> Response:
        """Ask for a place, or for one in the line."""
        row, given = self.get_object(), self.given(ApplicationNote)
        return self.deed(
            lambda now: matching.apply(
                opening=matched.opening_of(row), by=self.viewer, now=now, **given
            ),
            card=ApplicationCard,
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(responses=CodeCard)
    @action(detail=True, methods=["get"])
    def code(self, request: Request, ref: str) -> Response:
        """Return the rotating code; for who runs the shift."""
        row, now = self.get_object(), timezone.now()
        rules.check_runs(is_member=queries.is_member(self.viewer, row.organization, now=now))
        code, seconds = rotating_code(row, now=now)
        return Response(CodeCard({"code": code, "seconds_left": seconds}).data)

    @extend_schema(responses=AssignmentCard(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def roster(self, request: Request, ref: str) -> Response:
        """List who comes; for who runs the shift."""
        row, now = self.get_object(), timezone.now()
        rules.check_runs(is_member=queries.is_member(self.viewer, row.organization, now=now))
        tasks = AssignmentCard.lean(matched.roster(row))
        shown = AssignmentCard(tasks, many=True, context=self.get_serializer_context())
        return Response(shown.data)

    @extend_schema(request=Reason, responses=ShiftCard)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, ref: str) -> Response:
        """Call it off, with a reason that the volunteers read."""
        row, given = self.get_object(), self.given(Reason)
        return self.deed(
            lambda now: actions.cancel_shift(shift=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=NewShift, responses=ShiftCard)
    def update(self, request: Request, ref: str) -> Response:
        """Give it other times or places; who holds a place must still be able to come."""
        row, given = self.get_object(), self.given(NewShift)
        return self.deed(
            lambda now: actions.change_shift(shift=row, by=self.viewer, now=now, **given)
        )
