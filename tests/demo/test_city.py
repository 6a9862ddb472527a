"""If the demo builds, the use cases work; and it builds the same city twice."""

import json
from datetime import date
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from help_requests.actions import load_reference as load_catalogue
from kernel.management.commands.verify import findings
from kernel.models import Delivery, DeliveryState
from regions.actions import load_reference as load_regions

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 4)


def build(**options: object) -> dict[str, object]:
    load_regions()
    load_catalogue()
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
