"""What would find more people for an opening, counted; and who they are, named."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from accounts.models import User
from api.shapes import Shape, TextField
from matching import queries
from matching.models import Opening
from matching.queries.nearby import nearby


class WhatIf(Shape):
    """One thing that would be otherwise: ``radius:KM`` (km farther than they chose: 1, 2, 3, 5, 10),
    ``hour:N`` (so many hours later, −: earlier; 1, 2, 3, 24), ``skill:CODE:LEVEL`` (a lower level that would
    do; 0: without), ``gender`` (without the wish), ``category`` (people who did not choose this kind)."""

    otherwise = TextField(max_length=40, required=False)


class FartherCard(Shape):
    """So many people more, if they came so much farther than they chose."""

    km = serializers.IntegerField()
    people = serializers.IntegerField()


class LaterCard(Shape):
    """So many people more, so many hours later; −1 is an hour earlier."""

    hours = serializers.IntegerField()
    people = serializers.IntegerField()


class LessSkillCard(Shape):
    """So many people more, if this level would do; 0: without the skill."""

    code = serializers.CharField()
    level = serializers.IntegerField()
    people = serializers.IntegerField()


class CountedCard(Shape):
    """A sentence, and of how many people it is true."""

    words = serializers.CharField()
    people = serializers.IntegerField()


class NearbyCard(Shape):
    """Why people cannot go. ``near``: who may be asked at all and comes so far (500 are looked at); ``able``
    of them have the skills and languages; ``met`` of these were asked or come already; ``against``: the first
    rule in the way of the others; ``only_paper``: what lacks to those who lack nothing but papers."""

    near = serializers.IntegerField()
    able = serializers.IntegerField()
    met = serializers.IntegerField()
    against = CountedCard(many=True)
    only_paper = CountedCard(many=True)


class AddedCard(Shape):
    """Somebody who could go then: ``lacks`` is what stands in the way as the need is; who lacks nothing can
    be asked now."""

    volunteer = serializers.CharField(source="profile.ref")
    name = serializers.CharField(source="profile.name")
    number = serializers.CharField(source="profile.number")
    score = serializers.FloatField(source="candidate.score")
    distance_m = serializers.IntegerField(source="candidate.distance_m", allow_null=True)
    radius_m = serializers.IntegerField(source="profile.radius_m")
    lacks = serializers.ListField(child=serializers.CharField())
    against = serializers.ListField(child=serializers.CharField())


class WidenedCard(Shape):
    """How many ``people`` more could go by every rule; ``is_all`` is false when more live about than are
    looked at (500). ``elsewhere`` of them would come farther than they chose and are not the viewer's to
    know. The others are ``listed``, the best 20."""

    people = serializers.IntegerField()
    elsewhere = serializers.IntegerField()
    is_all = serializers.BooleanField()
    listed = AddedCard(many=True)


class WideningCard(Shape):
    """About how many people more could be asked, if one thing were otherwise; what finds nobody is left
    out. ``gender``: without the wish; ``category``: people who did not choose this kind of service.
    ``added``: with ``otherwise``, exactly who."""

    radius = FartherCard(many=True)
    hour = LaterCard(many=True)
    skill = LessSkillCard(many=True)
    gender = serializers.IntegerField()
    category = serializers.IntegerField()
    nearby = NearbyCard()
    added = WidenedCard(allow_null=True)


def widening_of(
    opening: Opening, viewer: User | None, *, now: datetime, otherwise: str = ""
) -> dict[str, Any]:
    """Return the card of ``opening``. Raises what ``queries.change_of`` does."""
    change = queries.change_of(opening, otherwise, now=now) if otherwise else None
    added = queries.widened(opening, change, viewer=viewer, now=now) if change else None
    card = {**_counted(queries.widening(opening, now=now)), "added": added}
    return WideningCard({**card, "nearby": nearby(opening, now=now)}).data


def _counted(found: dict[str, Any]) -> dict[str, Any]:
    """Return what would find more people, with its names."""
    return {
        "radius": [{"km": km, "people": n} for km, n in found.get("radius", [])],
        "hour": [{"hours": hours, "people": n} for hours, n in found.get("hour", [])],
        "skill": [
            {"code": code, "level": level, "people": n} for code, level, n in found.get("skill", [])
        ],
        "gender": found.get("gender", 0),
        "category": found.get("category", 0),
    }
