"""Organizations, projects and shifts."""

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
from api.shapes import ByRef, InstantField, Nothing, RegionField, Shape, TextField
from matching import actions as matching
from matching import queries as matched
from organizations import actions, queries, rules
from organizations.states import OrganizationKind
from regions.states import AccessFact
from service_records.queries import rotating_code


class OrganizationCard(Card):
    """A body that may recruit; what it says of itself is public."""

    ref = serializers.CharField()
    number = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    credit_code = serializers.CharField()
    region = serializers.CharField(source="region.code")
    about = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return verified bodies, the viewer's own, and those to decide about."""
        return queries.organizations_for(viewer, now=now)


class NewOrganization(Shape):
    """Registering a body."""

    name = TextField(max_length=80)
    kind = serializers.ChoiceField(OrganizationKind.choices)
    credit_code = TextField(max_length=24)
    region = RegionField()
    address = TextField(max_length=200)
    contact = TextField(max_length=80)
    about = TextField(required=False, allow_blank=True, max_length=2000, lines=True)


class Verdict(Shape):
    """Yes, or no with a reason."""

    accept = serializers.BooleanField()
    reason = TextField(required=False, allow_blank=True, max_length=200, default="")


class Reason(Shape):
    """A reason in words."""

    reason = TextField(max_length=200)


class Organizations(ReadOperations):
    """Organizations."""

    card = OrganizationCard
    is_public = True

    def get_permissions(self) -> Any:
        """Let everybody read, and only who is signed in do anything."""
        self.is_public = self.request.method in {"GET", "HEAD"}  # type: ignore[misc]
        return super().get_permissions()

    @extend_schema(request=NewOrganization, responses={201: OrganizationCard})
    def create(self, request: Request) -> Response:
        """Register a body; its district verifies it."""
        given = self.given(NewOrganization)
        return self.deed(
            lambda now: actions.register_organization(by=self.viewer, now=now, **given),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Verdict, responses=OrganizationCard)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, ref: str) -> Response:
        """Verify or refuse it."""
        given, row = self.given(Verdict), self.get_object()
        return self.deed(
            lambda now: actions.decide_organization(
                organization=row, by=self.viewer, now=now, **given
            )
        )


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


class NewProject(Shape):
    """What a project is."""

    organization = ByRef(lambda viewer, now: queries.my_organizations(viewer, now=now))
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
        given, row = self.given(NewShift), self.get_object()
        return self.deed(
            lambda now: actions.add_shift(project=row, by=self.viewer, now=now, **given),
            card=ShiftCard,
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Nothing, responses=ProjectCard)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, ref: str) -> Response:
        """Hand it in for moderation."""
        self.given(Nothing)
        row = self.get_object()
        return self.deed(lambda now: actions.submit_project(project=row, by=self.viewer, now=now))

    @extend_schema(request=Nothing, responses=ProjectCard)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, ref: str) -> Response:
        """Publish it: moderation says yes."""
        self.given(Nothing)
        row = self.get_object()
        return self.deed(lambda now: actions.publish_project(project=row, by=self.viewer, now=now))

    @extend_schema(request=Reason, responses=ProjectCard)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, ref: str) -> Response:
        """Send it back with a reason."""
        given, row = self.given(Reason), self.get_object()
        return self.deed(
            lambda now: actions.return_project(project=row, by=self.viewer, now=now, **given)
        )


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
        given, row = self.given(ApplicationNote), self.get_object()
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
    @action(detail=True, methods=["get"])
    def roster(self, request: Request, ref: str) -> Response:
        """List who comes; for who runs the shift."""
        row, now = self.get_object(), timezone.now()
        rules.check_runs(is_member=queries.is_member(self.viewer, row.organization, now=now))
        cards = [self.show(task, AssignmentCard).data for task in matched.roster(row)]
        return Response(cards)

    @extend_schema(request=Reason, responses=ShiftCard)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, ref: str) -> Response:
        """Call it off, with a reason that the volunteers read."""
        given, row = self.given(Reason), self.get_object()
        return self.deed(
            lambda now: actions.cancel_shift(shift=row, by=self.viewer, now=now, **given)
        )
