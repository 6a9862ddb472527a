"""Signing in, and everything of one's own: profile, skills, times, consents, identity, tokens, hours."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions, queries
from accounts.models import User
from accounts.roles import Scope
from accounts.states import TEXT_VERSION, Purpose
from api.base import Card, Operations, ReadOperations
from api.shapes import ByRef, InstantField, Shape, TextField
from incentives import queries as earned
from kernel.refusals import NotAllowed
from kernel.text import mask_email, mask_phone
from organizations.queries import roles_of

SESSION_DAYS = 30


def address_of(request: Request) -> str:
    """Return the network address that limits are counted by; the proxies in front are the setting's."""
    return str(request.META.get("REMOTE_ADDR", ""))


class CodeWanted(Shape):
    """Where the code is sent."""

    address = TextField(max_length=254)


class SignIn(CodeWanted):
    """The address and the code that was sent there."""

    code = TextField(max_length=12, required=False)
    device = TextField(max_length=60, required=False, default="", allow_blank=True)


class SessionCard(Shape):
    """What a sign-in gives: nothing but the news that a code is on its way, or a token, shown once."""

    sent = serializers.BooleanField(required=False)
    token = serializers.CharField(required=False)
    expires_at = InstantField(required=False)


class Sessions(APIView):
    """``POST`` with an address sends a code; with address and code it answers with a token."""

    is_public = True
    authentication_classes = ()

    @extend_schema(request=SignIn, responses={201: SessionCard, 202: SessionCard})
    def post(self, request: Request) -> Response:
        """Send a code, or trade it for a token of 30 days; the same answer for known and unknown."""
        given = SignIn(data=request.data)
        given.is_valid(raise_exception=True)
        now, words = timezone.now(), given.validated_data
        ip = address_of(request)
        if "code" not in words:
            actions.request_code(
                address=words["address"], ip=ip, language=request.LANGUAGE_CODE, now=now
            )
            return Response(SessionCard({"sent": True}).data, status=status.HTTP_202_ACCEPTED)
        user = actions.enter_with_code(address=words["address"], code=words["code"], ip=ip, now=now)
        if settings.STAFF_SECOND_FACTOR and queries.desks_of(user, now=now):
            words_for_staff = _("Staff make tokens on their account page, with both factors.")
            raise NotAllowed("second_factor", words_for_staff)
        token, secret = actions.make_token(
            user=user,
            name=words["device"] or _("signed in by a program"),
            scopes=[Scope.READ, Scope.WRITE],
            days=SESSION_DAYS,
            by=user,
            now=now,
        )
        body = {"token": secret, "expires_at": token.expires_at}
        return Response(SessionCard(body).data, status=status.HTTP_201_CREATED)


class MeCard(Card):
    """The signed-in person."""

    ref = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    phone = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()
    language = serializers.CharField()
    no_voice = serializers.BooleanField()
    roles = serializers.SerializerMethodField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:  # noqa: ARG004
        """Return the viewer alone."""
        return queries.users_for(viewer)

    def get_phone(self, row: User) -> str:
        """Return the phone, masked."""
        return mask_phone(str(row.phone)) if row.phone else ""

    def get_email(self, row: User) -> str:
        """Return the e-mail address, masked."""
        return mask_email(str(row.email)) if row.email else ""

    def get_roles(self, row: User) -> list[str]:
        """Return the roles held today."""
        return sorted(roles_of(row, now=timezone.now()))


class MeChange(Shape):
    """What one can change of oneself."""

    name = TextField(required=False, max_length=30)
    language = serializers.ChoiceField(["zh-hans", "en"], required=False)
    no_voice = serializers.BooleanField(required=False)


class Me(Operations):
    """The signed-in person."""

    card = MeCard

    @extend_schema(responses=MeCard)
    def show_me(self, request: Request) -> Response:
        """Return who is signed in."""
        return Response(self.show(self.viewer).data)

    @extend_schema(request=MeChange, responses=MeCard)
    def change_me(self, request: Request) -> Response:
        """Change name, language or the wish not to be called."""
        given = self.given(MeChange)
        return self.deed(
            lambda now: actions.set_profile(user=self.viewer, by=self.viewer, now=now, **given)
        )


class ConsentCard(Card):
    """One decision about one's data."""

    ref = serializers.CharField()
    purpose = serializers.CharField()
    text_version = serializers.CharField()
    given_at = InstantField()
    withdrawn_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:  # noqa: ARG004
        """Return every decision about the viewer's own data."""
        return queries.consents_of(viewer)


class ConsentGiven(Shape):
    """What is allowed; for a resident one acts for, or for oneself."""

    purpose = serializers.ChoiceField(Purpose.choices)
    resident = ByRef(lambda viewer, now: queries.my_residents(viewer, now=now), required=False)


class Consents(ReadOperations):
    """Consents, given and withdrawn one by one."""

    card = ConsentCard

    @extend_schema(request=ConsentGiven, responses={201: ConsentCard})
    def create(self, request: Request) -> Response:
        """Allow one purpose."""
        given = self.given(ConsentGiven)
        subject = given.get("resident") or self.viewer
        return self.deed(
            lambda now: actions.give_consent(
                subject=subject,
                purpose=given["purpose"],
                text_version=TEXT_VERSION,
                by=self.viewer,
                now=now,
            ),
            status_code=status.HTTP_201_CREATED,
        )

    @extend_schema(responses=ConsentCard)
    def destroy(self, request: Request, ref: str) -> Response:
        """Withdraw one decision; it stays on record."""
        row = self.get_object()
        return self.deed(lambda now: actions.withdraw_consent(consent=row, by=self.viewer, now=now))


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
        return queries.verifications_for(viewer, now=now).filter(user=viewer).order_by("-pk")


class Claim(Shape):
    """A name and an ID number."""

    name = TextField(max_length=30)
    id_number = TextField(max_length=30)


class Verifications(ReadOperations):
    """Real-name verification."""

    card = VerificationCard

    @extend_schema(request=Claim, responses={202: VerificationCard})
    def create(self, request: Request) -> Response:
        """Claim an identity; the answer comes later."""
        given = self.given(Claim)
        return self.deed(
            lambda now: actions.claim_identity(user=self.viewer, by=self.viewer, now=now, **given),
            status_code=status.HTTP_202_ACCEPTED,
        )


class TokenCard(Card):
    """A token; its secret is shown once, when it is made."""

    ref = serializers.CharField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    made_at = InstantField()
    expires_at = InstantField()
    revoked_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:  # noqa: ARG004
        """Return the viewer's tokens."""
        return queries.tokens_of(viewer)


class NewToken(Shape):
    """What a new token may do, and how long."""

    name = TextField(max_length=60)
    scopes = serializers.ListField(child=serializers.ChoiceField([s.value for s in Scope]))
    days = serializers.IntegerField(min_value=1, max_value=365)


class NewTokenCard(TokenCard):
    """A token just made, with its secret."""

    secret = serializers.CharField()


class Tokens(ReadOperations):
    """Personal access tokens."""

    card = TokenCard

    @extend_schema(request=NewToken, responses={201: NewTokenCard})
    def create(self, request: Request) -> Response:
        """Make a token; its secret is never shown again, so a repeated key makes no second one."""
        given = self.given(NewToken)
        secrets: list[str] = []

        def act(now: datetime) -> Any:
            token, secret = actions.make_token(user=self.viewer, by=self.viewer, now=now, **given)
            secrets.append(secret)
            return token

        answer = self.deed(act, status_code=status.HTTP_201_CREATED)
        answer.data = {**answer.data, **({"secret": secrets[0]} if secrets else {})}
        return answer

    @extend_schema(responses=TokenCard)
    def destroy(self, request: Request, ref: str) -> Response:
        """End a token."""
        row = self.get_object()
        return self.deed(lambda now: actions.revoke_token(token=row, by=self.viewer, now=now))


class HoursCard(Shape):
    """What the approved service adds up to; the two classes are never one figure."""

    verified_minutes = serializers.IntegerField()
    declared_minutes = serializers.IntegerField()
    stars = serializers.IntegerField()
    points = serializers.IntegerField()


class MyHours(APIView):
    """Hours, stars and points of the viewer."""

    @extend_schema(responses=HoursCard)
    def get(self, request: Request) -> Response:
        """Return the totals."""
        user: Any = request.user
        totals = earned.hours_of(user)
        body = {
            "verified_minutes": totals.verified,
            "declared_minutes": totals.declared,
            "stars": earned.stars_of(user),
            "points": earned.balance(user),
        }
        return Response(HoursCard(body).data)
