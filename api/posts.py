"""Posts in regions, and shutting people out or letting them in again."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, queries
from accounts.models import VolunteerProfile
from accounts.roles import Permission
from accounts.states import DeskRole
from api.base import Card, Operations, ReadOperations
from api.shapes import InstantField, Nothing, RegionField, Shape, TextField
from kernel.refusals import NotAllowed


class DeskCard(Card):
    """A post: who holds which role where, from when until when."""

    ref = serializers.CharField()
    user = serializers.CharField(source="user.ref")
    user_name = serializers.CharField(source="user.name", allow_null=True)
    role = serializers.CharField()
    region = serializers.CharField(source="region.code")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the posts of the area in which the viewer grants posts."""
        return queries.desks_for(viewer, now=now)


class PersonGiven(Shape):
    """Somebody, by the phone or e-mail that they sign in with; every look is counted."""

    address = TextField(max_length=254)


class NewDesk(PersonGiven):
    """Which post somebody gets."""

    role = serializers.ChoiceField(DeskRole.choices)
    region = RegionField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)


class LastDay(Shape):
    """The last day."""

    ends_on = serializers.DateField()


class Desks(ReadOperations):
    """Posts in the viewer's area."""

    card = DeskCard

    @extend_schema(request=NewDesk, responses={201: DeskCard})
    def create(self, request: Request) -> Response:
        """Grant a post below one's own."""
        given = self.given(NewDesk)
        if not queries.desk_paths(self.viewer, Permission.GRANT_DESKS, now=timezone.now()):
            raise NotAllowed("not_your_area", _("You can grant posts only below your own."))
        user = actions.find_person(address=given.pop("address"), by=self.viewer, now=timezone.now())
        return self.deed(
            lambda now: actions.grant_desk(user=user, by=self.viewer, now=now, **given),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=LastDay, responses=DeskCard)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, ref: str) -> Response:
        """End a post; sessions and tokens of its holder end at once."""
        row, given = self.get_object(), self.given(LastDay)
        return self.deed(lambda now: actions.end_desk(desk=row, by=self.viewer, now=now, **given))


class PersonCard(Card):
    """An account, for who may shut it out; nothing of what it holds."""

    ref = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    suspended_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the people who live where the viewer grants posts."""
        return queries.governed_by(viewer, now=now)


class Accounts(mixins.RetrieveModelMixin, Operations):
    """Accounts of the people of the viewer's area."""

    card = PersonCard

    @extend_schema(request=Nothing, responses=PersonCard)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, ref: str) -> Response:
        """Shut somebody out; nothing of theirs is lost."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.suspend(user=row, by=self.viewer, now=now))

    @extend_schema(request=Nothing, responses=PersonCard)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, ref: str) -> Response:
        """Let somebody in again."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.restore(user=row, by=self.viewer, now=now))


class VolunteerInAreaCard(Card):
    """A volunteer, for the office that dispatches and checks papers there."""

    ref = serializers.CharField()
    number = serializers.CharField()
    name = serializers.CharField()
    region = serializers.CharField(source="region.code", default=None, allow_null=True)
    is_verified = serializers.BooleanField()
    is_adult = serializers.BooleanField(allow_null=True)
    guardian_consent_at = InstantField(allow_null=True)
    suspended_at = InstantField(allow_null=True)
    suspended_reason = serializers.CharField()
    account = serializers.CharField(source="user.ref")

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the volunteers of the viewer's area."""
        return queries.volunteers_for(viewer, now=now).exclude(user=viewer)


class WardCard(Shape):
    """A volunteer under 18, for the guardian too: nothing of what the office notes."""

    ref = serializers.CharField()
    number = serializers.CharField()
    name = serializers.CharField()
    guardian_consent_at = InstantField(allow_null=True)


class Suspension(Shape):
    """Why."""

    reason = TextField(max_length=200)


class Volunteers(ReadOperations):
    """Volunteers of the viewer's area."""

    card = VolunteerInAreaCard

    def volunteer(self) -> VolunteerProfile:
        """Return the volunteer of the address."""
        row: VolunteerProfile = self.get_object()
        return row

    @extend_schema(request=Suspension, responses=VolunteerInAreaCard)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, ref: str) -> Response:
        """Ask this volunteer for nothing more, with a reason."""
        row, given = self.volunteer(), self.given(Suspension)
        return self.deed(
            lambda now: actions.suspend_volunteer(volunteer=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Nothing, responses=VolunteerInAreaCard)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, ref: str) -> Response:
        """Let a volunteer help again."""
        row = self.volunteer()
        self.given(Nothing)
        return self.deed(
            lambda now: actions.restore_volunteer(volunteer=row, by=self.viewer, now=now)
        )

    def ward(self, ref: str) -> VolunteerProfile:
        """Return the volunteer whose guardian the viewer is, or whose papers the viewer checks."""
        row = queries.ward(self.viewer, ref, now=timezone.now())
        if row is None:
            raise Http404
        return row

    @extend_schema(request=Nothing, responses=WardCard)
    @action(detail=True, methods=["post"], url_path="confirm-guardian")
    def confirm_guardian(self, request: Request, ref: str) -> Response:
        """Allow a volunteer under 18 to help: the guardian, or the office that has the signature."""
        row = self.matched(self.ward(ref))
        self.given(Nothing)
        return self.wish(
            lambda now: actions.confirm_guardian(volunteer=row, by=self.viewer, now=now),
            lambda: WardCard(self.ward(ref)).data,
        )

    @extend_schema(request=Nothing, responses=WardCard)
    @action(detail=True, methods=["post"], url_path="withdraw-guardian")
    def withdraw_guardian(self, request: Request, ref: str) -> Response:
        """Take the guardian's consent back: the volunteer is not asked any more."""
        row = self.matched(self.ward(ref))
        self.given(Nothing)
        return self.wish(
            lambda now: actions.withdraw_guardian(volunteer=row, by=self.viewer, now=now),
            lambda: WardCard(self.ward(ref)).data,
        )
