"""Rows that break an invariant of the kernel: I2/I13 (the ledger), I6 (a state without its event)."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.models.fields.json import KeyTextTransform

from kernel import guards, seal
from kernel.models import Event


def broken() -> Iterator[tuple[str, str]]:
    """Yield (invariant, what is wrong) for the ledger, the guards and every row with a state."""
    for problem in guards.problems(connection):
        yield "guards", problem
    for problem in seal.broken(seal.noted_head()):
        yield "I13", problem
    for model in apps.get_models():
        table = model._meta.db_table
        if table not in guards.machines():
            continue
        came_here = Event.objects.annotate(target=KeyTextTransform("target", "data")).filter(
            subject_type=model._meta.label_lower,
            subject_id=OuterRef("pk"),
            target=OuterRef("state"),
        )
        born = guards.machines()[table].first
        for pk, state in (
            model._base_manager.exclude(state__in=born)
            .exclude(Exists(came_here))
            .values_list("pk", "state")
            .iterator()
        ):
            yield "I6", f"{table}#{pk}: {state}, and no event says how"
