"""Signing in by a code, and all that opens or shuts the account: address, password, sessions, the end."""

from collections.abc import Mapping
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
from accounts.roles import Scope
from api.accounts import MeCard
from api.base import OnceOnly, Operations
from api.shapes import InstantField, Nothing, Shape, TextField
from kernel.refusals import NotAllowed

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
    """What a sign-in gives: the news that a code is on its way, or a token, which is shown once.

    Sent again with its ``Idempotency-Key``, a sign-in answers without the token: nothing keeps it.
    """

    sent = serializers.BooleanField(required=False)
    token = serializers.CharField(required=False)
    expires_at = serializers.CharField(required=False)


class Sessions(OnceOnly, APIView):
    """``POST`` with an address sends a code; with address and code it answers with a token."""

    is_public = True
    authentication_classes = ()

    @extend_schema(request=SignIn, responses={201: SessionCard, 202: SessionCard})
    def post(self, request: Request) -> Response:
        """Send a code, or trade it for a token of 30 days; the same answer for known and unknown."""
        given = SignIn(data=request.data)
        given.is_valid(raise_exception=True)
        now, words = timezone.now(), given.validated_data
        secrets: dict[str, str] = {}

        def first() -> Mapping[str, Any]:
            if "code" in words:
                return self._enter(words, secrets, now=now)
            actions.request_code(
                address=words["address"],
                ip=address_of(request),
                language=request.LANGUAGE_CODE,
                now=now,
            )
            return {"sent": True}

        answer = self.once(first, now=now)
        code = status.HTTP_201_CREATED if "code" in words else status.HTTP_202_ACCEPTED
        return Response(SessionCard({**answer, **secrets}).data, status=code)

    def _enter(
        self, words: Mapping[str, str], secrets: dict[str, str], *, now: datetime
    ) -> Mapping[str, Any]:
        user = actions.enter_with_code(
            address=words["address"], code=words["code"], ip=address_of(self.request), now=now
        )
        if settings.STAFF_SECOND_FACTOR and queries.desks_of(user, now=now):
            words_for_staff = _("Staff make tokens on their account page, with both factors.")
            raise NotAllowed("second_factor", words_for_staff, counted=True)  # the code is used up
        token, secrets["token"] = actions.make_token(
            user=user,
            name=words["device"] or _("signed in by a program"),
            scopes=[Scope.READ, Scope.WRITE],
            days=SESSION_DAYS,
            by=user,
            now=now,
        )
        return {"expires_at": InstantField().to_representation(token.expires_at)}


class NewAddress(Shape):
    """A new address, and the code that was sent there (by ``POST /sessions/``)."""

    address = TextField(max_length=254)
    code = TextField(max_length=12)


class NewPassword(Shape):
    """The new password; with the present one, or within 15 minutes of signing in by a code."""

    password = serializers.CharField(max_length=128, trim_whitespace=False)
    current = serializers.CharField(
        max_length=128, trim_whitespace=False, required=False, allow_blank=True, default=""
    )


class Farewell(Shape):
    """That it is meant: what is forgotten cannot be brought back."""

    for_good = serializers.ChoiceField([(True, "true")])


class Account(Operations):
    """What opens and shuts the own account."""

    card = MeCard

    @extend_schema(request=NewAddress, responses=MeCard)
    def change_address(self, request: Request) -> Response:
        """Have another phone number or e-mail address, proved by its code."""
        given = self.given(NewAddress)
        return self.deed(
            lambda now: actions.change_address(
                user=self.viewer, ip=address_of(request), by=self.viewer, now=now, **given
            )
        )

    @extend_schema(request=NewPassword, responses=MeCard)
    def set_password(self, request: Request) -> Response:
        """Set the password; all sessions and tokens end, this one too."""
        given = self.given(NewPassword)
        return self.deed(
            lambda now: actions.change_password(
                user=self.viewer,
                current=given["current"],
                new=given["password"],
                entered=self.entered,
                ip=address_of(request),
                by=self.viewer,
                now=now,
            )
        )

    @extend_schema(request=Nothing, responses=MeCard)
    def end_sessions(self, request: Request) -> Response:
        """Sign out everywhere; all sessions and tokens end, this one too."""
        self.given(Nothing)
        return self.deed(
            lambda now: actions.end_sessions(user=self.viewer, by=self.viewer, now=now)
        )

    @extend_schema(request=None, responses={204: None})
    def remove_app(self, request: Request) -> Response:
        """Forget the authenticator app; who holds a post keeps a second factor."""
        user = self.matched(self.viewer)
        return self.wish(
            lambda now: actions.remove_app(
                user=user, passed=self.passed, but=self.here, by=user, now=now
            ),
            lambda: None,
            status_code=status.HTTP_204_NO_CONTENT,
        )

    @extend_schema(request=Nothing, responses=MeCard)
    def end_other_sessions(self, request: Request) -> Response:
        """Sign out in every browser but the one that asks; tokens stay."""
        self.given(Nothing)
        return self.deed(
            lambda now: actions.end_other_sessions(
                user=self.viewer, but=self.here, by=self.viewer, now=now
            )
        )

    @extend_schema(request=Farewell, responses={204: None})
    def erase(self, request: Request) -> Response:
        """Be forgotten, for good: the key of all that says who this is is destroyed."""
        self.given(Farewell)
        user = self.matched(self.viewer)
        return self.wish(
            lambda now: actions.erase_person(user=user, by=user, now=now),
            lambda: None,
            status_code=status.HTTP_204_NO_CONTENT,
        )
