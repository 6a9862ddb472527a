"""What the viewer is willing to do: now, not for a while, and what could be."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.states import Category
from api.base import Card, Operations
from api.matching import ApplicationCard
from api.shapes import ByRef, InstantField, Nothing, Shape
from api.volunteers import VolunteerCard, profile_of
from kernel.workdays import local_date
from matching import actions, queries
from matching.models import Opening
from regions.models import Region
from regions.queries import streets


class DutyCard(Card):
    """Whether the viewer can go now; the point is that of the street, blurred, or none at home."""

    is_on_duty = serializers.BooleanField()
    since = InstantField(allow_null=True)
    until = InstantField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    lng = serializers.FloatField(allow_null=True)


class Place(Shape):
    """Where the viewer is: a street; none is the home area."""

    region = ByRef(
        lambda _viewer, _now: streets(), key="code", required=False, allow_null=True, default=None
    )


class MyDuty(Operations):
    """First in line for what is urgent, for two hours."""

    card = DutyCard
    pagination_class = None

    def told(self) -> Any:
        """Return whether it runs, and until when."""
        row = queries.duty_of(self.viewer, now=timezone.now())
        names = ("since", "until", "lat", "lng")
        said = {name: getattr(row, name, None) for name in names}
        return DutyCard({"is_on_duty": row is not None, **said}).data

    @extend_schema(responses=DutyCard)
    def show_duty(self, request: Request) -> Response:
        """Say whether the viewer can go now."""
        profile_of(self.viewer)
        return Response(self.told())

    @extend_schema(request=Place, responses=DutyCard)
    def begin(self, request: Request) -> Response:
        """Be first in line for two hours from now."""
        profile_of(self.viewer)
        region: Region | None = self.given(Place)["region"]
        point = {"lat": region.lat, "lng": region.lng} if region else {}
        return self.wish(
            lambda now: actions.go_on_duty(by=self.viewer, now=now, **point), self.told
        )

    @extend_schema(request=None, responses={200: DutyCard})
    def end(self, request: Request) -> Response:
        """Be asked as usual again."""
        profile_of(self.viewer)
        return self.wish(lambda now: actions.leave_duty(by=self.viewer, now=now), self.told)


class PauseCard(Card):
    """A kind of service that the viewer is not asked for, as they said with a no."""

    category = serializers.CharField()
    until = serializers.DateField()


class MyPauses(Operations):
    """What the viewer is not asked for, for a while."""

    card = PauseCard
    pagination_class = None

    def told(self) -> Any:
        """Return the pauses that hold."""
        standing = queries.pauses_of(self.viewer, today=local_date(timezone.now()))
        return PauseCard(standing, many=True).data

    @extend_schema(responses=PauseCard(many=True))
    def show_pauses(self, request: Request) -> Response:
        """List the pauses that hold, the first to end first."""
        profile_of(self.viewer)
        return Response(self.told())

    @extend_schema(request=None, responses={200: PauseCard(many=True)})
    def resume(self, request: Request, code: str) -> Response:
        """Be asked for this kind of service (A to N) again."""
        if code not in Category.values:
            raise Http404
        user = self.viewer
        return self.wish(
            lambda now: actions.resume_kind(user=user, category=code, by=user, now=now),
            self.told,
        )


class NeedCard(Shape):
    """An open need that fits: kind, time and street; nothing about who needs it."""

    ref = serializers.CharField()
    category = serializers.CharField()
    region = serializers.CharField(source="region.code")
    starts_at = InstantField()
    ends_at = InstantField()


class MoreCard(Shape):
    """One thing more, and how many needs more would fit: ``skill`` (code, level), ``category`` and ``paper``
    (code), ``radius`` (km farther), ``hour`` (weekday, Monday 0, and hour), ``minutes`` (more in a week),
    ``pause`` (ended today)."""

    what = serializers.CharField()
    code = serializers.CharField(required=False)
    level = serializers.IntegerField(required=False)
    km = serializers.IntegerField(required=False)
    weekday = serializers.IntegerField(required=False)
    hour = serializers.IntegerField(required=False)
    needs = serializers.IntegerField()


class PossibleCard(Card):
    """What fits in the coming two weeks, and what else would; until when the viewer is on a pause."""

    paused_until = serializers.DateField(allow_null=True)
    fits = NeedCard(many=True)
    more = MoreCard(many=True)


def more_of(found: queries.Possible) -> list[dict[str, Any]]:
    """Return each thing more, in a fixed order."""
    lines: list[dict[str, Any]] = [
        *(
            {"what": "skill", "code": code, "level": level, "needs": needs}
            for (code, level), needs in sorted(found.skills.items())
        ),
        *(
            {"what": "category", "code": code, "needs": needs}
            for code, needs in sorted(found.categories.items())
        ),
        *(
            {"what": "paper", "code": code, "needs": needs}
            for code, needs in sorted(found.papers.items())
        ),
        *({"what": "radius", "km": km, "needs": n} for km, n in sorted(found.kilometres.items())),
        *(
            {"what": "hour", "weekday": weekday, "hour": hour, "needs": needs}
            for (weekday, hour), needs in sorted(found.hours.items())
        ),
    ]
    if found.more_minutes:
        lines.append({"what": "minutes", "needs": found.more_minutes})
    if found.without_pause:
        lines.append({"what": "pause", "needs": found.without_pause})
    return lines


class MyPossible(Operations):
    """What the viewer could do."""

    card = PossibleCard
    pagination_class = None

    @extend_schema(responses=PossibleCard)
    def show_possible(self, request: Request) -> Response:
        """Say what is open and fits, and what else would with one thing more."""
        found = queries.possible(profile_of(self.viewer), now=timezone.now())
        fits = sorted(found.fits, key=lambda need: (need.starts_at, need.ref))
        return Response(
            PossibleCard(
                {"paused_until": found.paused_until, "fits": fits, "more": more_of(found)}
            ).data
        )

    @extend_schema(request=Nothing, responses={201: ApplicationCard})
    def apply(self, request: Request, ref: str) -> Response:
        """Take a place of a need that fits; answers with the application."""
        self.given(Nothing)
        return self.deed(
            lambda now: actions.apply(opening=self._fitting(ref, now), by=self.viewer, now=now),
            card=ApplicationCard,
            status_code=status.HTTP_201_CREATED,
        )

    def _fitting(self, ref: str, now: datetime) -> Opening:
        """Return the need, if it was named as fitting; any other is not there."""
        profile = VolunteerCard.rows(self.viewer, now).first()
        fits = queries.possible(profile, now=now).fits if profile else []
        for need in fits:
            if need.ref == ref:
                return need
        raise Http404
