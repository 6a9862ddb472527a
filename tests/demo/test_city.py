"""If the demo builds, the use cases work; and it builds the same city twice."""

import json
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count
from django.test import Client

from accounts.models import User, VolunteerProfile
from kernel.management.commands.verify import findings
from kernel.models import Delivery, DeliveryState, Event
from matching.models import Assignment, Offer, Opening
from regions.models import Region
from service_records.models import ServiceRecord

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 4)
ROOMS = (
    "regions",
    "accounts",
    "organizations",
    "help_requests",
    "matching",
    "service_records",
    "incentives",
    "rights",
    "notifications",
)


def build(**options: object) -> dict[str, object]:
    out = StringIO()
    call_command("demo_city", scale=0.02, today=DAY, json=True, stdout=out, **options)
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def test_the_demo_city_builds_and_keeps_every_invariant(clock):
    found = build()

    assert list(findings()) == []
    assert not Delivery.objects.exclude(status=DeliveryState.DONE).exists()
    assert len(found["personas"]) == 12
    assert oct((settings.DATA / "personas.json").stat().st_mode)[-3:] == "600"


def test_help_is_asked_for_in_the_coming_days_and_the_volunteer_was_not_asked_for_it(clock):
    role = {persona["role"]: persona for persona in build()["personas"]}

    coming = Opening.objects.filter(state="OPEN", visit__request__made_at__date=DAY)
    streets = set(coming.values_list("region__parent__name_zh", flat=True))
    helper = User.objects.get(ref=role["volunteer"]["ref"])
    assert coming.count() >= 5
    assert streets == {Region.objects.get(name_zh=role["street"]["region"]).parent.name_zh}
    assert helper.volunteer.paused_until is None
    assert Offer.objects.filter(volunteer=helper, state="SENT").count() == 1


def test_a_persona_signs_in_with_the_printed_password(clock):
    persona = next(p for p in build()["personas"] if p["role"] == "volunteer")

    answer = Client().post(
        "/account/enter/password/", {"address": persona["login"], "password": persona["password"]}
    )

    assert answer["Location"] == "/volunteer/"


def test_a_city_is_built_only_on_empty_ground(clock):
    build()
    before = User.objects.count()

    with pytest.raises(CommandError):
        call_command("demo_city")

    assert User.objects.count() == before


def test_without_keys_it_says_where_they_come_from(clock, settings):
    settings.KEYS = None

    with pytest.raises(CommandError, match=r"python -m volunteer_hub\.keys"):
        call_command("demo_city")


def facts() -> dict[str, object]:
    """Return what the city is made of, but for references, keys and what is drawn at random for safety."""
    tables = {
        model._meta.label: model.objects.count()
        for room in ROOMS
        for model in apps.get_app_config(room).get_models()
    }
    return {
        **tables,
        "names": sorted(VolunteerProfile.objects.values_list("name", flat=True)),
        "services": list(
            ServiceRecord.objects.order_by("service_on", "starts_at", "minutes").values_list(
                "service_on", "starts_at", "minutes", "state", "region__code", "category"
            )
        ),
        "who": sorted(
            Assignment.objects.values_list("opening__starts_at", "volunteer__volunteer__name")
        ),
        "events": list(Event.objects.values_list("name").annotate(n=Count("pk")).order_by("name")),
    }


def test_the_same_seed_and_day_give_the_same_city_and_another_seed_another(clock):
    cities = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            build(seed=seed)
            cities.append(facts())
            transaction.set_rollback(True)

    assert cities[0] == cities[1]
    assert cities[0]["names"] != cities[2]["names"]
