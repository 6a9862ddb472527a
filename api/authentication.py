"""Who asks: a personal access token, or the browser's own session."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from accounts import queries

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from accounts.models import Token, User


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer vh_…``. Unknown, expired, revoked and ended tokens get one answer."""

    def authenticate(self, request: "Request") -> "tuple[User, Token] | None":
        """Return the token's person, or None when no token was sent."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        secret = words[1].decode("ascii", "replace") if len(words) == 2 else ""
        now = timezone.now()
        found = queries.token_user(secret, now=now)
        if found is None:
            raise AuthenticationFailed(_("This token is not valid."), code="token_invalid")
        user, token = found
        if settings.STAFF_SECOND_FACTOR and not token.passed and queries.desks_of(user, now=now):
            raise AuthenticationFailed(
                _("Staff make tokens on their account page, with both factors."),
                code="second_factor",
            )
        return found

    def authenticate_header(self, request: "Request") -> str:
        """Name the scheme in a 401."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token in the OpenAPI document."""

    target_class = "api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe it as a bearer token."""
        return {"type": "http", "scheme": "bearer"}


class InScope(BasePermission):
    """A signed-in person, and a token whose scopes hold what the operation needs.

    Reading needs ``read``; anything else ``write``. A view may name its ``scope``, which a token with
    neither of the two can hold instead. A browser's session has every scope.
    """

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        """Say whether the person and the token may come in."""
        if getattr(view, "is_public", False):
            return True
        if not request.user.is_authenticated:
            return False
        if request.auth is None:
            return True
        needed = "read" if request.method in {"GET", "HEAD", "OPTIONS"} else "write"
        held: set[str] = set(getattr(request.auth, "scopes", []))
        if {needed, getattr(view, "scope", needed)} & held:
            return True
        self.code = "scope_missing"
        self.message = _("This token lacks the scope “%(scope)s”.") % {"scope": needed}
        return False
