"""Identity, credentials and proxies' grants: handed in by the person, decided by the person's office."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, queries, rules
from accounts.models import Credential, ProxyGrant, Verification
from accounts.states import CredentialKind, PaperState, ProxyKind
from api.base import Card, ReadOperations
from api.parsers import StrictJSONParser
from api.shapes import ByRef, InstantField, Nothing, Shape, TextField
from api.volunteers import profile_of
from kernel.text import mask_name


class Verdict(Shape):
    """Yes, or no with a reason."""

    accept = serializers.BooleanField()
    reason = TextField(required=False, allow_blank=True, max_length=200, default="")


class VerificationCard(Card):
    """A claim of identity and what became of it; never the number."""

    ref = serializers.CharField()
    state = serializers.CharField()
    asked_at = InstantField()
    answered_at = InstantField(allow_null=True)
    reason = serializers.CharField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own claims."""
        return queries.verifications_for(viewer, now=now).filter(user=viewer)


class Claim(Shape):
    """A name and an ID number."""

    name = TextField(max_length=30)
    id_number = TextField(max_length=30)


class MyVerifications(ReadOperations):
    """Real-name verification of the viewer."""

    card = VerificationCard

    @extend_schema(request=Claim, responses={202: VerificationCard})
    def create(self, request: Request) -> Response:
        """Claim an identity; the answer comes later."""
        given = self.given(Claim)
        return self.deed(
            lambda now: actions.claim_identity(user=self.viewer, by=self.viewer, now=now, **given),
            status_code=status.HTTP_202_ACCEPTED,
        )


class VerificationToCheckCard(VerificationCard):
    """A claim with what the office compares with the card on the table; never the whole number."""

    name = serializers.CharField()
    id_tail = serializers.SerializerMethodField()
    birth_on = serializers.SerializerMethodField()
    sex = serializers.SerializerMethodField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the claims of the people of the viewer's area."""
        return queries.verifications_for(viewer, now=now).exclude(user=viewer)

    def get_id_tail(self, row: Verification) -> str:
        """Return the last four characters of the number, while the claim waits for the office."""
        return queries.card_facts(row).tail if row.waits_for_office else ""

    def get_birth_on(self, row: Verification) -> str:
        """Return the birth date that the number says, as long."""
        return queries.card_facts(row).birth_on.isoformat() if row.waits_for_office else ""

    def get_sex(self, row: Verification) -> str:
        """Return the sex that the number says, as long."""
        return queries.card_facts(row).sex.value if row.waits_for_office else ""


class Verifications(ReadOperations):
    """Claims of identity, for the office of the person's street."""

    card = VerificationToCheckCard

    @extend_schema(request=Verdict, responses=VerificationToCheckCard)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, ref: str) -> Response:
        """Decide, with the papers on the table, what the source could not."""
        row, given = self.get_object(), self.given(Verdict)
        return self.deed(
            lambda now: actions.review_identity(verification=row, by=self.viewer, now=now, **given)
        )

    @extend_schema(request=Nothing, responses=VerificationToCheckCard)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, ref: str) -> Response:
        """Settle a claim on a number that another has: the first who was verified keeps it; city only."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(
            lambda now: actions.settle_identity(verification=row, by=self.viewer, now=now)
        )


class CredentialCard(Card):
    """A paper of the viewer."""

    ref = serializers.CharField()
    kind = serializers.CharField()
    number = serializers.CharField()
    issuer = serializers.CharField()
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    state = serializers.CharField()
    reason = serializers.CharField()
    has_file = serializers.SerializerMethodField()
    submitted_at = InstantField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's own papers."""
        return queries.credentials_for(viewer, now=now).filter(volunteer__user=viewer)

    def get_has_file(self, row: Credential) -> bool:
        """Say whether a picture or PDF was handed in."""
        return bool(row.file)


class CredentialToCheckCard(CredentialCard):
    """A paper with its holder, for the office that checks it."""

    volunteer_name = serializers.CharField(source="volunteer.name")
    volunteer_number = serializers.CharField(source="volunteer.number")

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the papers of the volunteers of the viewer's area."""
        return queries.credentials_for(viewer, now=now).exclude(volunteer__user=viewer)


class NewCredential(Shape):
    """A paper; as ``multipart/form-data`` with a picture or PDF of it, up to 5 MB."""

    kind = serializers.ChoiceField(CredentialKind.choices)
    number = TextField(max_length=40)
    issuer = TextField(max_length=80)
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)
    file = serializers.FileField(required=False, allow_empty_file=True)


class _Papers(ReadOperations):
    @extend_schema(
        responses={
            (200, kind): OpenApiTypes.BINARY
            for kind in ("image/jpeg", "image/png", "application/pdf")
        }
    )
    @action(detail=True, methods=["get"])
    def file(self, request: Request, ref: str) -> HttpResponse:
        """Return the picture or PDF; that staff looked is written down."""
        content, kind = actions.open_credential_file(
            credential=self.get_object(), by=self.viewer, now=timezone.now()
        )
        return HttpResponse(content, content_type=kind)


class MyCredentials(_Papers):
    """The viewer's papers."""

    card = CredentialCard
    parser_classes = (StrictJSONParser, MultiPartParser)

    @extend_schema(request=NewCredential, responses={201: CredentialCard})
    def create(self, request: Request) -> Response:
        """Hand in a paper to be checked."""
        given = self.given(NewCredential)
        if upload := given.pop("file", None):
            given["file"] = upload.read()
            upload.seek(0)
        volunteer = profile_of(self.viewer)
        return self.deed(
            lambda now: actions.submit_credential(
                volunteer=volunteer, by=self.viewer, now=now, **given
            ),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Nothing, responses=CredentialCard)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, ref: str) -> Response:
        """Take a paper back."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(
            lambda now: actions.withdraw_credential(credential=row, by=self.viewer, now=now)
        )


class Credentials(_Papers):
    """Papers of volunteers, for the office of the volunteer's street."""

    card = CredentialToCheckCard

    @extend_schema(request=Verdict, responses=CredentialToCheckCard)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, ref: str) -> Response:
        """Say whether the paper is genuine; a refusal needs a reason."""
        row, given = self.get_object(), self.given(Verdict)
        return self.deed(
            lambda now: actions.decide_credential(credential=row, by=self.viewer, now=now, **given)
        )


class GrantCard(Card):
    """Who may act for whom, for which deeds, until when."""

    ref = serializers.CharField()
    resident = serializers.CharField(source="resident.ref")
    resident_name = serializers.SerializerMethodField()
    proxy = serializers.CharField(source="proxy.ref")
    proxy_name = serializers.CharField(source="proxy.name", allow_null=True)
    kind = serializers.CharField()
    may_ask = serializers.BooleanField()
    may_confirm = serializers.BooleanField()
    may_see_health = serializers.BooleanField()
    valid_until = serializers.DateField()
    state = serializers.CharField()
    reason = serializers.CharField()
    submitted_at = InstantField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the grants that the viewer gave, asked for or holds."""
        return queries.my_grants(viewer, now=now)

    def get_resident_name(self, row: ProxyGrant) -> str:
        """Return the name: in full to the resident and to who may act for them, else covered."""
        viewer = self.context["request"].user.pk
        holds = row.proxy_id == viewer and row.state == PaperState.VALID
        if holds or row.resident.user_id == viewer:
            return str(row.resident.name)
        return mask_name(str(row.resident.name))


class GrantToCheckCard(GrantCard):
    """A grant with its evidence, for the office that decides."""

    evidence = serializers.CharField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the grants of the residents of the viewer's area, but none of the viewer's own."""
        own = queries.my_grants(viewer, now=now).values("pk")
        return queries.grants_for(viewer, now=now).exclude(pk__in=own)


class NewGrant(Shape):
    """Who may act for whom. A resident names the other by ``address``; who asks to act for a resident
    knows ``number`` and ``name``."""

    resident = ByRef(
        lambda viewer, now: queries.residents_known_to(viewer, now=now), required=False
    )
    number = TextField(required=False, max_length=20, default="")
    name = TextField(required=False, max_length=30, default="")
    address = TextField(required=False, max_length=254, default="")
    kind = serializers.ChoiceField(ProxyKind.choices)
    evidence = TextField(max_length=500, lines=True)
    valid_until = serializers.DateField()
    may_ask = serializers.BooleanField(required=False)
    may_confirm = serializers.BooleanField(required=False)
    may_see_health = serializers.BooleanField(required=False)


class _Grants(ReadOperations):
    @extend_schema(request=NewGrant, responses={201: GrantCard})
    def create(self, request: Request) -> Response:
        """Ask that somebody may act for a resident; given by the resident it holds at once."""
        given = self.given(NewGrant)
        number, name, address = (given.pop(key) for key in ("number", "name", "address"))
        resident = given.pop("resident", None) or rules.check_named(
            queries.resident_named(number=number, name=name)
        )
        proxy = self.viewer
        if address:
            proxy = actions.find_person(address=address, by=self.viewer, now=timezone.now())
        return self.deed(
            lambda now: actions.submit_grant(
                resident=resident, proxy=proxy, by=self.viewer, now=now, **given
            ),
            card=GrantCard,
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(request=Nothing)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, ref: str) -> Response:
        """End it: the resident or the proxy may, at any time, and the office."""
        row = self.get_object()
        self.given(Nothing)
        return self.deed(lambda now: actions.withdraw_grant(grant=row, by=self.viewer, now=now))


class MyGrants(_Grants):
    """Grants that the viewer gave, asked for or holds."""

    card = GrantCard


class Grants(_Grants):
    """Grants of the residents of the viewer's area."""

    card = GrantToCheckCard

    @extend_schema(request=Verdict, responses=GrantToCheckCard)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, ref: str) -> Response:
        """Say whether the evidence holds; a refusal needs a reason."""
        row, given = self.get_object(), self.given(Verdict)
        return self.deed(
            lambda now: actions.decide_grant(grant=row, by=self.viewer, now=now, **given)
        )
