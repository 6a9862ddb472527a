"""How likely a yes is thought: what was learned, night by night; for the city's office."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers

from api.base import Card, Operations
from api.shapes import InstantField, Shape
from matching.models import AcceptanceModel
from matching.queries.learned import acceptance_models_for


class WeightCard(Shape):
    """What one column of the model is worth, in its usual spread."""

    column = serializers.CharField()
    weight = serializers.FloatField()


class BinCard(Shape):
    """Offers that were thought about equally likely: how many, their mean chance, the share of yeses."""

    size = serializers.IntegerField()
    predicted = serializers.FloatField()
    observed = serializers.FloatField()


class JudgedCard(Shape):
    """How good guesses were on the newest third of the answers; less is better."""

    brier = serializers.FloatField()
    log_loss = serializers.FloatField()
    bins = BinCard(many=True)


class AcceptanceModelCard(Card):
    """What was learned in one night from so many answers. ``is_used``: the learned model was better than the
    plain rate and predicts; else each person's own rate does, shrunk towards ``rate``."""

    number = serializers.IntegerField()
    trained_at = InstantField()
    answers = serializers.IntegerField()
    is_used = serializers.BooleanField(source="uses")
    rate = serializers.FloatField(source="weights.rate")
    weights = serializers.SerializerMethodField()
    learned = serializers.SerializerMethodField()
    plain = serializers.SerializerMethodField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:
        """Return what was learned, for the city's office."""
        return acceptance_models_for(viewer, now=now)

    @extend_schema_field(WeightCard(many=True))
    def get_weights(self, row: AcceptanceModel) -> Any:
        """Return what each column is worth; nothing where the plain rate is used."""
        named = zip(row.weights["columns"], row.weights["weights"], strict=True)
        return [{"column": column, "weight": weight} for column, weight in named]

    @extend_schema_field(JudgedCard(allow_null=True))
    def get_learned(self, row: AcceptanceModel) -> Any:
        """Return how the learned model did; null where there were too few answers."""
        return _judged(row.report["logistic"])

    @extend_schema_field(JudgedCard(allow_null=True))
    def get_plain(self, row: AcceptanceModel) -> Any:
        """Return how the plain rate did."""
        return _judged(row.report["prior"])


def _judged(report: dict[str, Any] | None) -> dict[str, Any] | None:
    if report is None:
        return None
    names = ("size", "predicted", "observed")
    return {**report, "bins": [dict(zip(names, one, strict=True)) for one in report["bins"]]}


class AcceptanceModels(mixins.ListModelMixin, Operations):
    """What was learned of how people answer, the newest first."""

    card = AcceptanceModelCard
    ordering = "-number"
