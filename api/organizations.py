"""Organizations, and who holds posts in them."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import find_person
from api.base import Card, ReadOperations
from api.papers import Verdict
from api.posts import LastDay, PersonGiven
from api.shapes import InstantField, Nothing, RegionField, Shape, TextField
from organizations import actions, queries, rules
from organizations.states import MemberRole, OrganizationKind


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


class OrganizationWords(Shape):
    """What a body says of itself."""

    name = TextField(max_length=80)
    region = RegionField()
    address = TextField(max_length=200)
    contact = TextField(max_length=80)
    about = TextField(required=False, allow_blank=True, max_length=2000, lines=True)


class NewOrganization(OrganizationWords):
    """Registering a body."""

    kind = serializers.ChoiceField(OrganizationKind.choices)
    credit_code = TextField(max_length=24)


class Reason(Shape):
    """A reason in words."""

    reason = TextField(max_length=200)


class MemberCard(Card):
    """A post in an organization."""

    ref = serializers.CharField()
    organization = serializers.CharField(source="organization.ref")
    user = serializers.CharField(source="user.ref")
    user_name = serializers.CharField(source="user.name", allow_null=True)
    role = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    confirmed_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own posts, and those of the organizations that the viewer runs."""
        return queries.members_for(viewer, now=now)


class NewMember(PersonGiven):
    """Whom to invite to which post."""

    role = serializers.ChoiceField(MemberRole.choices)


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
        row, given = self.get_object(), self.given(Verdict)
        return self.deed(
            lambda now: actions.decide_organization(
                organization=row, by=self.viewer, now=now, **given
            )
        )

    @extend_schema(request=OrganizationWords, responses=OrganizationCard)
    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Request, ref: str) -> Response:
        """Correct a refused registration and hand it in again."""
        row, given = self.get_object(), self.given(OrganizationWords)
        return self.deed(
            lambda now: actions.ask_again(organization=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Reason, responses=OrganizationCard)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, ref: str) -> Response:
        """Stop a verified body, with a reason; ``decide`` lets it go on."""
        row, given = self.get_object(), self.given(Reason)
        return self.deed(
            lambda now: actions.suspend_organization(
                organization=row, by=self.viewer, now=now, **given
            )
        )

    @extend_schema(request=Nothing, responses=OrganizationCard)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, ref: str) -> Response:
        """End it for good; its projects are closed first."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(
            lambda now: actions.close_organization(organization=row, by=self.viewer, now=now)
        )

    @extend_schema(request=NewMember, responses={201: MemberCard})
    @action(detail=True, methods=["post"])
    def members(self, request: Request, ref: str) -> Response:
        """Invite somebody to a post; it counts once they confirm it."""
        row, given = self.get_object(), self.given(NewMember)
        manages = queries.is_member(self.viewer, row, MemberRole.MANAGER, now=timezone.now())
        rules.check_runs(is_member=manages)  # before anybody is looked for
        user = find_person(address=given.pop("address"), by=self.viewer, now=timezone.now())
        return self.deed(
            lambda now: actions.add_member(
                organization=row, user=user, by=self.viewer, now=now, **given
            ),
            card=MemberCard,
            status_code=status.HTTP_201_CREATED,
        )


class Memberships(ReadOperations):
    """The viewer's posts, and those of the organizations that the viewer runs."""

    card = MemberCard

    @extend_schema(request=Nothing, responses=MemberCard)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, ref: str) -> Response:
        """Take up the post one was invited to."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(
            lambda now: actions.confirm_membership(membership=row, by=self.viewer, now=now)
        )

    @extend_schema(request=LastDay, responses=MemberCard)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, ref: str) -> Response:
        """End a post: its holder or a manager may."""
        row, given = self.get_object(), self.given(LastDay)
        return self.deed(
            lambda now: actions.end_membership(membership=row, by=self.viewer, now=now, **given)
        )
