"""What every operation does alike: fetch by viewer, read the clock, make one call, answer."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from accounts.queries import entered_at
from accounts.states import PASSED
from api.errors import PreconditionFailed
from api.shapes import Shape
from kernel import idempotency
from kernel.references import same_row
from kernel.sessions import ref_of


class Cards(serializers.ListSerializer[Any]):
    """A list of cards."""

    def to_representation(self, data: Any) -> list[Any]:
        """Print the rows; what stands beside them is read once."""
        rows = list(data.all() if isinstance(data, BaseManager) else data)
        card = cast("Card", self.child)
        card.look_beside(rows)
        return [card.printed(row) for row in rows]


class Card(Shape):
    """What goes out about one row, and where a viewer finds such rows.

    ``prints`` names the columns of a card that is printed from columns alone, where making models of the
    rows and their neighbours would cost more than all the rest: each of its rows is a tuple by name.
    """

    prints: ClassVar[tuple[str, ...]] = ()

    class Meta:
        """How many are printed."""

        list_serializer_class = Cards

    @classmethod
    def lean(cls, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return ``rows`` with nothing fetched but what is printed of them."""
        if not cls.prints:
            return rows
        plain = rows.select_related(None).prefetch_related(None)
        return plain.values_list("pk", *cls.prints, named=True)

    @classmethod
    def read(cls, row: Any) -> Any:
        """Return what is printed of ``row``, whoever looks."""
        return cls.lean(same_row(row)).get() if cls.prints else row

    def look_beside(self, rows: list[Any]) -> None:
        """Read what is printed with ``rows`` but stands elsewhere."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Print one row."""
        self.look_beside([instance])
        return self.printed(instance)

    def printed(self, row: Any) -> dict[str, Any]:
        """Return what is printed of ``row``, as the framework does, at half its cost: where each field is
        read from is worked out once for a whole list."""
        found = {}
        for name, read, field in self._readers:
            try:
                value = read(row) if read else row
            except (AttributeError, ObjectDoesNotExist):  # an end of the way is missing
                value = field.get_attribute(row)
            found[name] = None if value is None else field.to_representation(value)
        return found

    @cached_property
    def _readers(self) -> list[tuple[str, Callable[[Any], Any] | None, Any]]:
        return [
            (str(name), None if field.source == "*" else attrgetter(str(field.source)), field)
            for name, field in self.fields.items()
        ]

    @staticmethod
    def rows(viewer: Any, now: datetime) -> "QuerySet[Any]":
        """Return the rows that ``viewer`` may see, with all that the card prints."""
        raise NotImplementedError


def tag_of(data: Any) -> str:
    """Return the ETag of a representation."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


class OnceOnly:
    """For a view whose POST may be sent twice: the same ``Idempotency-Key`` makes one effect."""

    request: Any

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Refuse a key that is none before anything else is looked at."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = self.key
        if key and not (len(key) <= 80 and key.isascii() and key.isprintable()):
            raise ValidationError(
                {"Idempotency-Key": [_("Use 1 to 80 plain characters.")]}, code="bad_key"
            )

    @property
    def viewer(self) -> Any:
        """Return who asks, or None."""
        user = self.request.user
        return user if user.is_authenticated else None

    @property
    def passed(self) -> bool:
        """Say whether a second factor was shown: in this session, or when the token was made."""
        token = self.request.auth
        return bool(self.request.session.get(PASSED) if token is None else token.passed)

    @property
    def entered(self) -> datetime | None:
        """Return when the session or the token that asks was opened; None where nobody knows."""
        if self.request.auth is not None:
            return cast("datetime", self.request.auth.made_at)
        return entered_at(self.request.session)

    @property
    def here(self) -> str:
        """Return the session that asks (its ref); empty for a token."""
        return ref_of(self.request.session.session_key)

    @property
    def key(self) -> str:
        """Return the ``Idempotency-Key``; empty when none was sent."""
        return str(self.request.headers.get("Idempotency-Key", ""))

    def once(self, act: Callable[[], Mapping[str, Any]], *, now: datetime) -> Mapping[str, Any]:
        """Return what ``act`` says, references only; sent again with its key, it is not called again."""
        if not (key := self.key):
            return act()
        said = idempotency.request_hash(
            self.request.method or "", self.request.get_full_path(), self._meant()
        )
        return idempotency.once(key, self.viewer, said, now=now, act=act)

    def _meant(self) -> bytes:
        """Return the request's meaning as bytes: the parsed value, so that blanks do not count."""
        files = {}
        for name, file in self.request.FILES.items():
            files[name] = hashlib.sha256(file.read()).hexdigest()
            file.seek(0)
        body = {**self.request.data, **files} if files else self.request.data
        return bytes(JSONRenderer().render(body))


class Operations(OnceOnly, viewsets.GenericViewSet[Any]):
    """The base of all view sets: one object by its reference, deeds by POST.

    ``Idempotency-Key`` is honoured on every POST (the answer is kept 24 h as a reference),
    ``If-Match`` on every deed, ``ETag`` and ``If-None-Match`` on single objects.
    """

    lookup_field = "ref"
    lookup_value_regex = r"[\w-]{1,40}"
    ordering = "-pk"
    card: ClassVar[type[Card]]
    is_public: ClassVar[bool] = False
    scope: ClassVar[str] = ""

    def get_queryset(self) -> "QuerySet[Any]":
        """Return the rows that the viewer may see."""
        if getattr(self, "swagger_fake_view", False):  # the schema is drawn without a viewer
            return self.card.rows(None, timezone.now()).none()
        return self.card.rows(self.viewer, timezone.now())

    def get_serializer_class(self) -> type[Card]:
        """Return the shape of the answer."""
        return self.card

    def get_object(self) -> Any:
        """Return the row of the address; on a deed it must still be what ``If-Match`` says."""
        wanted = {self.lookup_field: self.kwargs[self.lookup_field]}
        return self.matched(get_object_or_404(self.get_queryset(), **wanted))

    def get_alone(self) -> Any:
        """Return the row of the address without its neighbours, for an action that reads them itself."""
        wanted = {self.lookup_field: self.kwargs[self.lookup_field]}
        return self.matched(get_object_or_404(self.get_queryset().select_related(None), **wanted))

    def matched(self, row: Any) -> Any:
        """Return ``row``, which on a deed must still be what ``If-Match`` says.

        Who sends a deed again with its key gets the first answer, whatever has become of the row.
        """
        wanted = self.request.headers.get("If-Match", "*")
        if self.request.method in {"GET", "HEAD"} or wanted == "*":
            return row
        if self.key and idempotency.is_known(self.key, self.viewer, now=timezone.now()):
            return row
        if tag_of(self.show(row).data) not in {tag.strip() for tag in wanted.split(",")}:
            raise PreconditionFailed(_("This has changed since you looked."))
        return row

    def given(self, shape: type[Shape]) -> dict[str, Any]:
        """Return what was sent, checked against ``shape``."""
        incoming = shape(data=self.request.data, context=self.get_serializer_context())
        incoming.is_valid(raise_exception=True)
        values: dict[str, Any] = incoming.validated_data
        return values

    def show(self, row: Any, card: type[Card] | None = None) -> Shape:
        """Return the card of ``row`` for this viewer."""
        card = card or self.card
        return card(card.read(row), context=self.get_serializer_context())

    def deed(
        self,
        act: Callable[[datetime], Model],
        *,
        card: type[Card] | None = None,
        status_code: int = status.HTTP_200_OK,
    ) -> Response:
        """Make the one call ``act(now)`` and answer with its row; the same key gets the same answer."""
        now = timezone.now()
        card = card or self.card
        made: list[Any] = []

        def first() -> dict[str, str]:
            made.append(act(now))
            return {"ref": str(made[0].ref)}

        answer = self.once(first, now=now)
        row = made[0] if made else get_object_or_404(card.rows(self.viewer, now), ref=answer["ref"])
        # Read anew: what hangs on it has changed with the deed.
        fresh = card.lean(card.rows(self.viewer, now).filter(ref=row.ref)).first() or card.read(row)
        shown = card(fresh, context=self.get_serializer_context())
        return Response(shown.data, status=status_code)

    def wish(
        self, act: Callable[[datetime], Any], say: Callable[[], Any], *, status_code: int = 200
    ) -> Response:
        """Make the one call ``act(now)`` whose effect is no row, and answer with what ``say`` reads."""
        now = timezone.now()

        def first() -> dict[str, str]:
            act(now)
            return {}

        self.once(first, now=now)
        return Response(say(), status=status_code)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Tag single objects, and answer 304 to who has the same already."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if not isinstance(response, Response) or response.status_code not in {200, 201, 202}:
            return response
        response["Cache-Control"] = "private, no-cache"
        if isinstance(response.data, dict) and "results" not in response.data:
            response["ETag"] = tag = tag_of(response.data)
            if request.method == "GET" and request.headers.get("If-None-Match") == tag:
                return HttpResponse(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        return response


class ReadOperations(mixins.ListModelMixin, mixins.RetrieveModelMixin, Operations):
    """Operations whose rows can be listed and read."""

    def get_queryset(self) -> "QuerySet[Any]":
        """Return the rows that the viewer may see; to be shown, no more of them than is printed."""
        rows = super().get_queryset()
        return self.card.lean(rows) if self.action in {"list", "retrieve"} else rows
