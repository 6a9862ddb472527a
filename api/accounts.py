"""Everything of one's own: details, consents, tokens, hours."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, queries
from accounts.models import User
from accounts.roles import Scope
from accounts.states import TEXT_VERSION, Purpose
from api.base import Card, Operations, ReadOperations
from api.shapes import ByRef, InstantField, Shape, TextField
from incentives import queries as earned
from kernel.text import mask_email, mask_phone
from organizations.queries import roles_of


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
    display = TextField(required=False, allow_blank=True, max_length=40)
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
        self.matched(self.viewer)
        return self.deed(
            lambda now: actions.set_profile(user=self.viewer, by=self.viewer, now=now, **given)
        )


class ConsentCard(Card):
    """One decision about one's data."""

    ref = serializers.CharField()
    resident = serializers.CharField(source="resident.ref", default=None, allow_null=True)
    purpose = serializers.CharField()
    text_version = serializers.CharField()
    given_at = InstantField()
    withdrawn_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return every decision about the viewer's data, and that of whom the viewer acts for."""
        return queries.consents_for(viewer, now=now)


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

    @extend_schema(request=None, responses={200: ConsentCard})
    def destroy(self, request: Request, ref: str) -> Response:
        """Withdraw one decision; it stays on record."""
        row = self.get_object()
        return self.deed(lambda now: actions.withdraw_consent(consent=row, by=self.viewer, now=now))


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
            token, secret = actions.make_token(
                user=self.viewer, passed=self.passed, by=self.viewer, now=now, **given
            )
            secrets.append(secret)
            return token

        answer = self.deed(act, status_code=status.HTTP_201_CREATED)
        answer.data = {**answer.data, **({"secret": secrets[0]} if secrets else {})}
        return answer

    @extend_schema(request=None, responses={200: TokenCard})
    def destroy(self, request: Request, ref: str) -> Response:
        """End a token."""
        row = self.get_object()
        return self.deed(lambda now: actions.revoke_token(token=row, by=self.viewer, now=now))


class PasskeyCard(Card):
    """A key that opens the account; made and shown in a browser, since it never leaves a device."""

    ref = serializers.CharField()
    name = serializers.CharField()
    created_at = InstantField()
    last_used_at = InstantField(allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:  # noqa: ARG004
        """Return the viewer's passkeys."""
        return queries.passkeys_of(viewer)


class Passkeys(ReadOperations):
    """Passkeys: listed, and removed one by one."""

    card = PasskeyCard

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, ref: str) -> Response:
        """Forget a passkey; who holds a post keeps a second factor."""
        row = self.get_object()
        return self.wish(
            lambda now: actions.remove_passkey(
                passkey=row, passed=self.passed, but=self.here, by=self.viewer, now=now
            ),
            lambda: None,
            status_code=status.HTTP_204_NO_CONTENT,
        )


class DeviceCard(Card):
    """A browser in which one is signed in; ``browser`` is a code of its kind and one of its system."""

    ref = serializers.CharField()
    browser = serializers.CharField()
    began_at = InstantField(allow_null=True)
    seen_at = InstantField(allow_null=True)
    expires_at = InstantField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return the viewer's sessions."""
        return queries.sessions_of(viewer, now=now)


class Devices(ReadOperations):
    """Signed-in browsers, ended one by one; tokens are ended under ``me/tokens/``."""

    lookup_value_regex = r"[\w-]{1,64}"
    card = DeviceCard

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, ref: str) -> Response:
        """Sign out in one browser."""
        row = self.get_object()
        return self.wish(
            lambda now: actions.end_session(user=self.viewer, ref=row.ref, by=self.viewer, now=now),
            lambda: None,
            status_code=status.HTTP_204_NO_CONTENT,
        )


class HoursCard(Shape):
    """What the approved service adds up to; the two classes are never one figure."""

    verified_minutes = serializers.IntegerField()
    declared_minutes = serializers.IntegerField()
    stars = serializers.IntegerField()
    points = serializers.IntegerField()


class MyHours(Operations):
    """Hours, stars and points of the viewer."""

    @extend_schema(responses=HoursCard)
    def show_hours(self, request: Request) -> Response:
        """Return the totals."""
        user: Any = self.viewer
        totals = earned.hours_of(user)
        body = {
            "verified_minutes": totals.verified,
            "declared_minutes": totals.declared,
            "stars": earned.stars_of(user),
            "points": earned.balance(user),
        }
        return Response(HoursCard(body).data)
