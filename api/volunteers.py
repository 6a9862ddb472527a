"""The viewer as a volunteer: profile, area, skills, times."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, queries
from accounts.models import VolunteerProfile
from accounts.states import Category, SkillCode, SkillLevel
from api.base import Card, Operations
from api.shapes import RegionField, Shape, TextField
from kernel.refusals import NotAllowed


class VolunteerCard(Card):
    """The own profile as a volunteer."""

    ref = serializers.CharField()
    number = serializers.CharField()
    name = serializers.CharField()
    is_verified = serializers.BooleanField()
    region = serializers.CharField(source="region.code", default=None)
    radius_m = serializers.IntegerField()
    minutes_per_week = serializers.IntegerField()
    paused_until = serializers.DateField(allow_null=True)
    skills = serializers.SerializerMethodField()
    categories = serializers.SerializerMethodField()
    windows = serializers.SerializerMethodField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own profile."""
        return queries.volunteers_for(viewer, now=now).filter(user=viewer)

    def get_skills(self, row: VolunteerProfile) -> dict[str, int]:
        """Return code → level."""
        return {skill.code: skill.level for skill in row.skills.all()}

    def get_categories(self, row: VolunteerProfile) -> list[str]:
        """Return the categories wanted."""
        return sorted(wanted.category for wanted in row.categories.all())

    def get_windows(self, row: VolunteerProfile) -> list[list[int]]:
        """Return [weekday, start, end] in minutes from local midnight; Monday is 0."""
        return [[w.weekday, w.starts, w.ends] for w in row.windows.all()]


class NewVolunteer(Shape):
    """Becoming a volunteer."""

    name = TextField(max_length=30)


class Area(Shape):
    """Home street and how far one goes."""

    region = RegionField()
    radius_m = serializers.IntegerField(min_value=500, max_value=60_000)


class Skills(Shape):
    """All skills with their levels, and the categories wanted."""

    skills = serializers.DictField(
        child=serializers.ChoiceField(SkillLevel.choices), required=False
    )
    categories = serializers.ListField(
        child=serializers.ChoiceField(Category.choices), required=False
    )

    def validate_skills(self, value: dict[str, int]) -> dict[str, int]:
        """Refuse codes that are no skill."""
        if not set(value) <= set(SkillCode.values):
            raise serializers.ValidationError(_("Choose skills from the list."), "unknown_skill")
        return value


class Windows(Shape):
    """The whole week as [weekday, start, end]."""

    windows = serializers.ListField(
        child=serializers.ListField(
            child=serializers.IntegerField(min_value=0, max_value=1440), min_length=3, max_length=3
        ),
        max_length=60,
    )


class MyProfile(Operations):
    """The viewer as a volunteer."""

    def profile(self) -> VolunteerProfile:
        """Return the viewer's profile as a volunteer."""
        row = VolunteerCard.rows(self.viewer, timezone.now()).first()
        if row is None:
            raise NotAllowed("not_a_volunteer", _("Become a volunteer first."))
        return row  # type: ignore[no-any-return]

    card = VolunteerCard

    @extend_schema(responses=VolunteerCard)
    def show_profile(self, request: Request) -> Response:
        """Return the own profile."""
        return Response(self.show(self.profile()).data)

    @extend_schema(request=NewVolunteer, responses={201: VolunteerCard})
    def register(self, request: Request) -> Response:
        """Become a volunteer."""
        given = self.given(NewVolunteer)
        return self.deed(
            lambda now: actions.register_volunteer(
                user=self.viewer, by=self.viewer, now=now, **given
            ),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Area, responses=VolunteerCard)
    def set_area(self, request: Request) -> Response:
        """Set home street and radius."""
        given, row = self.given(Area), self.profile()
        return self.deed(
            lambda now: actions.set_area(volunteer=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Skills, responses=VolunteerCard)
    def set_skills(self, request: Request) -> Response:
        """Replace skills and wanted categories."""
        given, row = self.given(Skills), self.profile()

        def act(now: datetime) -> VolunteerProfile:
            if "categories" in given:
                actions.set_categories(
                    volunteer=row, categories=given["categories"], by=self.viewer, now=now
                )
            return actions.set_skills(
                volunteer=row, skills=given.get("skills", {}), by=self.viewer, now=now
            )

        return self.deed(act)

    @extend_schema(request=Windows, responses=VolunteerCard)
    def set_windows(self, request: Request) -> Response:
        """Replace the week's times."""
        given, row = self.given(Windows), self.profile()
        windows = [(day, starts, ends) for day, starts, ends in given["windows"]]
        return self.deed(
            lambda now: actions.set_windows(volunteer=row, windows=windows, by=self.viewer, now=now)
        )
