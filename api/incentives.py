"""Proofs, and their verification by anyone."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import VolunteerProfile
from accounts.queries import volunteers_for
from api.base import Card, Operations, ReadOperations
from api.shapes import Shape
from incentives import actions, queries
from incentives.states import REVIEWERS_REASONS
from kernel.refusals import NotAllowed
from kernel.text import mask_name


class ProofCard(Card):
    """A service record proof."""

    ref = serializers.CharField()
    number = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    verified_minutes = serializers.IntegerField()
    declared_minutes = serializers.IntegerField()
    issued_at = serializers.DateTimeField()
    language = serializers.CharField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own proofs."""
        return queries.proofs_for(viewer, now=now)


class NewProof(Shape):
    """Which days it covers, in which language."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    language = serializers.ChoiceField(["zh-hans", "en"], required=False, default="zh-hans")


class RevokedCard(ProofCard):
    """A proof as the city's reviewers see it."""

    revoked_at = serializers.DateTimeField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the proofs that the viewer may revoke."""
        return queries.revocable_for(viewer, now=now)


class Revocation(Shape):
    """Why it no longer stands."""

    reason = serializers.ChoiceField([code.value for code in REVIEWERS_REASONS])


class StandingCard(Shape):
    """What anyone learns from a proof's number."""

    standing = serializers.CharField()
    name = serializers.CharField(required=False)
    number = serializers.CharField(required=False)
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False)
    verified_minutes = serializers.IntegerField(required=False)
    declared_minutes = serializers.IntegerField(required=False)


class Proofs(ReadOperations):
    """The viewer's proofs."""

    card = ProofCard

    def _profile(self) -> VolunteerProfile:
        mine = volunteers_for(self.viewer, now=timezone.now()).filter(user=self.viewer).first()
        if mine is None:
            raise NotAllowed("not_a_volunteer", _("Become a volunteer first."))
        return mine

    @extend_schema(request=NewProof, responses={201: ProofCard})
    def create(self, request: Request) -> Response:
        """Sign a proof of the approved records of these days."""
        given, profile = self.given(NewProof), self._profile()
        return self.deed(
            lambda now: actions.issue_proof(volunteer=profile, by=self.viewer, now=now, **given),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Revocation, responses=RevokedCard)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, ref: str) -> Response:
        """Have a proof stand no longer."""
        self.card = RevokedCard  # type: ignore[misc]
        proof = self.get_object()
        given = self.given(Revocation)
        return self.deed(
            lambda now: actions.revoke_proof(proof=proof, by=self.viewer, now=now, **given),
            card=RevokedCard,
        )

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def pdf(self, request: Request, ref: str) -> HttpResponse:
        """Return the paper."""
        return HttpResponse(actions.proof_pdf(self.get_object()), content_type="application/pdf")


class VerifyProof(Operations):
    """Whether a proof is genuine and stands; by its public reference or its short number."""

    card = ProofCard
    is_public = True

    @extend_schema(responses=StandingCard)
    def verify(self, request: Request, number: str) -> Response:
        """Answer with the standing; a wrong number gets the same kind of answer."""
        standing = queries.standing(number)
        body: dict[str, Any] = {"standing": standing.kind}
        if proof := standing.proof:
            body |= {
                "name": mask_name(proof.name),
                "number": proof.number,
                "starts_on": proof.starts_on,
                "ends_on": proof.ends_on,
                "verified_minutes": proof.verified_minutes,
                "declared_minutes": proof.declared_minutes,
            }
        return Response(StandingCard(body).data)
