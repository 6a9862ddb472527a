"""The tree of regions, and the service catalogue: public reference data."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from api.base import Card, ReadOperations
from help_requests import queries as requests
from regions import queries


class RegionCard(Card):
    """A unit of the administrative tree."""

    code = serializers.CharField()
    level = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    inside = serializers.CharField(source="parent.code", default=None, allow_null=True)

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:  # noqa: ARG004 (public)
        """Return the whole tree."""
        return queries.tree()


class Regions(ReadOperations):
    """City, districts, streets, in the order of the tree."""

    card = RegionCard
    is_public = True
    lookup_field = "code"
    lookup_value_regex = r"\d{6,9}"
    ordering = "path"


class ServiceTypeCard(Card):
    """An entry of the service catalogue."""

    code = serializers.CharField()
    category = serializers.CharField()
    tile = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    usual_minutes = serializers.IntegerField()
    remote = serializers.BooleanField()
    two_volunteers = serializers.BooleanField()
    insured = serializers.BooleanField()

    @staticmethod
    def rows(viewer: Any, now: datetime) -> Any:  # noqa: ARG004 (public)
        """Return the catalogue as it is offered."""
        return requests.service_types()


class ServiceTypes(ReadOperations):
    """What can be asked for."""

    card = ServiceTypeCard
    is_public = True
    lookup_field = "code"
    lookup_value_regex = r"[A-N]\d{1,2}"
    ordering = "code"
