"""The viewer as a volunteer: profile, area, skills, times."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypedDict

from django.db import transaction
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
from api.shapes import InstantField, RegionField, Shape, TextField
from kernel.refusals import NotAllowed


class FreeDay(TypedDict):
    """A day with other times than the week's, in minutes from local midnight."""

    day: date
    starts: int
    ends: int


class VolunteerCard(Card):
    """The own profile as a volunteer."""

    ref = serializers.CharField()
    number = serializers.CharField()
    name = serializers.CharField()
    is_verified = serializers.BooleanField()
    region = serializers.CharField(source="region.code", default=None, allow_null=True)
    radius_m = serializers.IntegerField()
    minutes_per_week = serializers.IntegerField()
    paused_until = serializers.DateField(allow_null=True)
    suspended_at = InstantField(allow_null=True)
    lesson_passed_at = InstantField(allow_null=True)
    guardian_consent_at = InstantField(allow_null=True)
    skills = serializers.SerializerMethodField()
    categories = serializers.SerializerMethodField()
    windows = serializers.SerializerMethodField()
    days_off = serializers.SerializerMethodField()
    free = serializers.SerializerMethodField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own profile."""
        mine = queries.volunteers_for(viewer, now=now).filter(user=viewer)
        return mine.prefetch_related("skills", "categories", "windows", "exceptions")

    def get_skills(self, row: VolunteerProfile) -> dict[str, int]:
        """Return code → level."""
        return {skill.code: skill.level for skill in row.skills.all()}

    def get_categories(self, row: VolunteerProfile) -> list[str]:
        """Return the categories wanted."""
        return sorted(wanted.category for wanted in row.categories.all())

    def get_windows(self, row: VolunteerProfile) -> list[list[int]]:
        """Return [weekday, start, end] in minutes from local midnight; Monday is 0."""
        return [[w.weekday, w.starts, w.ends] for w in row.windows.all()]

    def get_days_off(self, row: VolunteerProfile) -> list[date]:
        """Return the days on which the week does not hold."""
        return [odd.day for odd in row.exceptions.all() if not odd.is_free]

    def get_free(self, row: VolunteerProfile) -> list[FreeDay]:
        """Return the days with other times than the week's."""
        return [
            {"day": odd.day, "starts": odd.starts, "ends": odd.ends}
            for odd in row.exceptions.all()
            if odd.is_free
        ]


def profile_of(viewer: Any) -> VolunteerProfile:
    """Return the viewer's profile as a volunteer. Raises ``NotAllowed`` (``not_a_volunteer``)."""
    row: VolunteerProfile | None = VolunteerCard.rows(viewer, timezone.now()).first()
    if row is None:
        raise NotAllowed("not_a_volunteer", _("Become a volunteer first."))
    return row


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


class FreeDayGiven(Shape):
    """A day with other times than the week's, in minutes from local midnight."""

    day = serializers.DateField()
    starts = serializers.IntegerField(min_value=0, max_value=1440)
    ends = serializers.IntegerField(min_value=0, max_value=1440)


class Exceptions(Shape):
    """All days on which the week does not hold: off, or free at other times only."""

    days_off = serializers.ListField(child=serializers.DateField(), max_length=366)
    free = FreeDayGiven(many=True, required=False)


class Limits(Shape):
    """How much, and a pause."""

    minutes_per_week = serializers.IntegerField(min_value=0, max_value=6000)
    paused_until = serializers.DateField(allow_null=True)


class Guardian(Shape):
    """Who has to allow it for a volunteer under 18."""

    name = TextField(max_length=30)
    phone = TextField(max_length=20)


class Lesson(Shape):
    """The answers to the three questions of the first lesson."""

    answers = serializers.DictField(child=TextField(max_length=20))


class MyProfile(Operations):
    """The viewer as a volunteer."""

    card = VolunteerCard

    def change(self, act: Callable[..., VolunteerProfile], **given: Any) -> Response:
        """Carry ``act`` out on the own profile."""
        row = self.matched(profile_of(self.viewer))
        return self.deed(lambda now: act(volunteer=row, by=self.viewer, now=now, **given))

    @extend_schema(responses=VolunteerCard)
    def show_profile(self, request: Request) -> Response:
        """Return the own profile."""
        return Response(self.show(profile_of(self.viewer)).data)

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
        return self.change(actions.set_area, **self.given(Area))

    @extend_schema(request=Skills, responses=VolunteerCard)
    def set_skills(self, request: Request) -> Response:
        """Replace the skills, the wanted categories, or both."""
        given = self.given(Skills)

        @transaction.atomic
        def act(volunteer: VolunteerProfile, **who: Any) -> VolunteerProfile:
            if "categories" in given:
                actions.set_categories(volunteer=volunteer, categories=given["categories"], **who)
            if "skills" in given:
                actions.set_skills(volunteer=volunteer, skills=given["skills"], **who)
            return volunteer

        return self.change(act)

    @extend_schema(request=Windows, responses=VolunteerCard)
    def set_windows(self, request: Request) -> Response:
        """Replace the week's times."""
        windows = [(day, starts, ends) for day, starts, ends in self.given(Windows)["windows"]]
        return self.change(actions.set_windows, windows=windows)

    @extend_schema(request=Exceptions, responses=VolunteerCard)
    def set_exceptions(self, request: Request) -> Response:
        """Replace the days on which the week does not hold."""
        given = self.given(Exceptions)
        free = [(odd["day"], odd["starts"], odd["ends"]) for odd in given.get("free", [])]
        return self.change(actions.set_exceptions, days_off=given["days_off"], free=free)

    @extend_schema(request=Limits, responses=VolunteerCard)
    def set_limits(self, request: Request) -> Response:
        """Set the limit of a week, and a pause."""
        return self.change(actions.set_limits, **self.given(Limits))

    @extend_schema(request=Guardian, responses=VolunteerCard)
    def name_guardian(self, request: Request) -> Response:
        """Name the guardian of a volunteer under 18, who has to allow it still."""
        return self.change(actions.record_guardian, **self.given(Guardian))

    @extend_schema(request=Lesson, responses=VolunteerCard)
    def pass_lesson(self, request: Request) -> Response:
        """Finish the first lesson."""
        return self.change(actions.pass_lesson, **self.given(Lesson))
