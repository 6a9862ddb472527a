"""An encrypted text field: sealed in the database, opened on the instance when it is first read.

The row names its person's key (``key = ForeignKey(PersonKey)``, so ``select_related("key")`` opens a
whole list without further queries) and has a ``ref`` from birth. The cipher text is bound to its
table, column and row; moved anywhere else it does not open.
"""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.expressions import Func, Value
from django.db.models.functions import Length
from django.db.models.lookups import Exact, GreaterThanOrEqual
from django.db.models.query_utils import DeferredAttribute

from kernel import vault

VERSION = b"\x01"
SHORTEST = len(VERSION) + vault.NONCE + 16


class Sealed(bytes):
    """Cipher text: the only thing an encrypted column accepts."""

    def __repr__(self) -> str:
        return "<sealed>"


class SealedAttribute(DeferredAttribute):
    """Opens the cipher text when it is read, not when the row is loaded."""

    field: "EncryptedTextField"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        value = super().__get__(instance, owner)
        return self.field.open(instance, value) if isinstance(value, Sealed) else value

    def __set__(self, instance: Any, value: str | Sealed | None) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Text under AES-256-GCM. Cannot be searched, or written by ``update()`` and ``bulk_update()``."""

    descriptor_class = SealedAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "editable": True})

    def _context(self, instance: Any) -> str:
        return f"{self.model._meta.db_table}.{self.column} {instance.ref}"

    def open(self, instance: Any, token: Sealed) -> str:
        """Return the text in ``token``; raises ``PersonKey.Destroyed`` after erasure."""
        plain = vault.unseal(instance.key.opened(), token[len(VERSION) :], self._context(instance))
        return plain.decode()

    def pre_save(self, instance: Any, add: bool) -> Sealed | None:  # noqa: ARG002, FBT001 (Django's)
        """Return what is stored; what was never written to stays sealed as it is."""
        value = instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        token = vault.seal(instance.key.opened(), value.encode(), self._context(instance))
        return Sealed(VERSION + token)

    def from_db_value(self, value: Any, *_: Any) -> Sealed | None:
        """Mark what comes from the database as sealed."""
        return None if value is None else Sealed(value)

    def _only_by_save(self, value: Any) -> None:
        if value is not None and not isinstance(value, Sealed):
            raise FieldError(f"{self}: set it on the instance and call save()")

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Refuse clear text, which only ``update()`` brings this far."""
        self._only_by_save(value)
        return super().get_db_prep_save(value, connection)

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> Any:
        """Refuse expressions: those of ``update()``, and the CASE of ``bulk_update()``."""
        self._only_by_save(value if hasattr(value, "as_sql") else None)
        return super().get_placeholder(value, compiler, connection)  # type: ignore[misc]

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow ``isnull`` only."""
        if lookup_name != "isnull":
            raise FieldError(f"{self} cannot be searched: use its blind index")
        return super().get_lookup(lookup_name)


def is_sealed(column: str) -> models.CheckConstraint:
    """Return the CHECK that ``column`` is empty or holds cipher text: its version byte and its length."""
    first = Func(column, 1, 1, function="substr", output_field=models.BinaryField())
    return models.CheckConstraint(
        name=f"%(class)s_{column}_is_sealed",
        condition=models.Q(**{f"{column}__isnull": True})
        | models.Q(Exact(first, Value(VERSION)), GreaterThanOrEqual(Length(column), SHORTEST)),
    )
