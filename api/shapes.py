"""The base of every shape that comes in or goes out. Shapes only: nothing is saved here."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from kernel.fields import EncryptedTextField
from kernel.models import PersonKey
from kernel.refusals import Refusal
from kernel.text import normalise
from regions.queries import tree


class TextField(serializers.CharField):
    """Text as people type it, in NFC; controls and direction overrides are refused."""

    def __init__(self, *, lines: bool = False, **options: Any) -> None:
        self.lines = lines
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        """Return the normalised text."""
        text = super().to_internal_value(data)
        try:
            return normalise(text, lines=self.lines)
        except Refusal as refusal:
            raise serializers.ValidationError(refusal.message, code=refusal.code) from None


class InstantField(serializers.DateTimeField):
    """An instant with its offset; a naive one is refused, since nobody knows when it is."""

    default_error_messages = {
        "naive": _("Give the offset, for example 2026-11-25T14:00:00+08:00."),
        "far": _("This year is too far away."),
    }

    def enforce_timezone(self, value: Any) -> Any:
        """Refuse what has no offset."""
        if timezone.is_naive(value):
            self.fail("naive")
        try:
            return value.astimezone(timezone.get_current_timezone())
        except OverflowError:  # the last hours of the year 9999 have no local time
            self.fail("far")

    def to_representation(self, value: Any) -> Any:
        """Write local time with its offset."""
        return value.astimezone(timezone.get_default_timezone()).isoformat()


class OpenedField(serializers.CharField):
    """A sealed column of a row that is a tuple of columns, its ``ref`` and ``key__wrapped`` among them."""

    def __init__(self, model: type[models.Model], column: str) -> None:
        self.column, self.sealed = column, cast(EncryptedTextField, model._meta.get_field(column))
        self.key = PersonKey()
        super().__init__(source="*", read_only=True, allow_null=True)

    def to_representation(self, value: Any) -> Any:
        """Return the text, or None."""
        token = getattr(value, self.column)
        if token is None:
            return None
        if self.key.wrapped != value.key__wrapped:  # the rows of one person are opened by one key
            self.key = PersonKey(wrapped=value.key__wrapped)
        return self.sealed.open(SimpleNamespace(ref=value.ref, key=self.key), token)


@extend_schema_field(OpenApiTypes.STR)
class ByRef(serializers.Field):  # type: ignore[type-arg]
    """A row named by its public reference (or by ``key``), among those that the viewer may see.

    ``find(viewer, now)`` returns them; a foreign and an absent one get the same answer.
    """

    default_error_messages = {"unknown": _("There is no such thing for you.")}

    @classmethod
    def unknown(cls) -> ErrorDetail:
        """Return the error of what is absent, or not the viewer's."""
        return ErrorDetail(str(cls.default_error_messages["unknown"]), code="unknown")

    def __init__(self, find: Callable[..., Any], *, key: str = "ref", **options: Any) -> None:
        self.find, self.key = find, key
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        """Return the row."""
        viewer = self.context["request"].user
        viewer = viewer if viewer.is_authenticated else None
        row = None
        if isinstance(data, str) and len(data) <= 40 and data.isprintable():
            row = self.find(viewer, timezone.now()).filter(**{self.key: data}).first()
        if row is None:
            self.fail("unknown")
        return row

    def to_representation(self, value: Any) -> Any:
        """Write the reference."""
        return getattr(value, self.key)


class RegionField(ByRef):
    """A region named by its code."""

    def __init__(self, **options: Any) -> None:
        super().__init__(lambda _viewer, _now: tree(), key="code", **options)


class Shape(serializers.Serializer):  # type: ignore[type-arg]
    """Refuses fields it does not know: a misspelt or a smuggled name is an error, not silence."""

    default_error_messages = {"unknown_field": _("This field is not known.")}

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated values."""
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            message = self.error_messages["unknown_field"]
            raise serializers.ValidationError(
                {
                    str(name): [ErrorDetail(str(message), code="unknown_field")]
                    for name in sorted(unknown, key=str)
                }
            )
        return super().to_internal_value(data)


class Nothing(Shape):
    """A deed that needs no words."""
