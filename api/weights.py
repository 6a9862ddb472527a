"""What the engine weighs: read by who dispatches, set by the city."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import desk_paths
from accounts.roles import Permission
from api.base import Card, ReadOperations
from api.shapes import InstantField, Shape, TextField
from matching import actions, queries
from matching.engine import Parameters


class Number(serializers.FloatField):
    """A number; true and false, which Python counts as one and nought, are none."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number."""
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


def _numbers() -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """Return a field for each of the engine's parameters; none of them has to be sent."""
    whole, number = serializers.IntegerField, Number
    return {
        one.name: (whole if one.type is int else number)(required=False)
        for one in fields(Parameters)
    }


# Shapes whose fields are the engine's own parameters.
Weighed = type(
    "Weighed",
    (Shape,),
    {"__doc__": "All that is weighed; of then, without what was not weighed yet.", **_numbers()},
)
NewWeights = type(
    "NewWeights",
    (Shape,),
    {
        "__doc__": "What is weighed otherwise from now on, and why; what is not sent stays.",
        **_numbers(),
        "reason": TextField(max_length=200),
    },
)


class WeighingCard(Card):
    """What was weighed from ``set_at`` on, by whom and why; a higher ``number`` took its place."""

    ref = serializers.CharField()
    number = serializers.IntegerField()
    parameters = Weighed()
    reason = serializers.CharField()
    set_by_name = serializers.CharField(source="set_by.name", allow_null=True)
    set_at = InstantField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return what was weighed, for who dispatches somewhere."""
        return queries.weighings_for(viewer, now=now)


class Weights(ReadOperations):
    """What the engine weighs, the newest first."""

    card = WeighingCard
    ordering = "-number"

    @extend_schema(request=NewWeights, responses={201: WeighingCard})
    def create(self, request: Request) -> Response:
        """Weigh anew from now on; for the city's office."""
        parameters = self.given(NewWeights)
        reason = parameters.pop("reason")
        return self.deed(
            lambda now: actions.set_weights(
                parameters=parameters, reason=reason, by=self.viewer, now=now
            ),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(responses=Weighed)
    @action(detail=False, methods=["get"], pagination_class=None)
    def now(self, request: Request) -> Response:
        """Return what is weighed now, whether or not the city has ever set it."""
        if not desk_paths(self.viewer, Permission.DISPATCH, now=timezone.now()):
            raise Http404
        return Response(Weighed(queries.parameters_now()).data)
