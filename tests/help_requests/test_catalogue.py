"""The service catalogue: fourteen categories, twelve pictures, loaded as often as one likes."""

import pytest
from django.utils import translation

from accounts.states import Category, CredentialKind, SkillCode, SkillLevel
from help_requests import actions, queries
from help_requests.models import ServiceType
from help_requests.states import Risk, Tile

pytestmark = pytest.mark.django_db


def test_the_catalogue_covers_every_category_with_known_values():
    count = actions.load_reference()

    entries = list(ServiceType.objects.all())
    assert count == len(entries) >= 45
    assert {entry.category for entry in entries} == set(Category.values)
    assert {entry.tile for entry in entries} == set(Tile.values)
    for entry in entries:
        assert entry.code[0] == entry.category
        assert entry.risk in Risk.values
        assert set(entry.skills) <= set(SkillCode.values)
        assert set(entry.skills.values()) <= set(SkillLevel.values)
        assert set(entry.credentials) <= set(CredentialKind.values)
        assert 15 <= entry.usual_minutes <= 720
        assert entry.national_code == "0017"
        assert entry.name_zh
        assert entry.name_en


def test_what_is_dangerous_or_intimate_asks_for_more():
    actions.load_reference()

    bathing, running, guiding = (ServiceType.objects.get(code=c) for c in ("D6", "A4", "A2"))
    assert (bathing.risk, bathing.two_volunteers, bathing.credentials) == (
        "HIGH",
        True,
        ["CARE_CLEARANCE"],
    )
    assert running.skills == {"SPORT": 2, "GUIDING": 1}
    assert guiding.credentials == ["GUIDE_TRAINING"]
    teaching = ServiceType.objects.filter(category="F", guardian_needed=True)
    assert all("CHILD_CLEARANCE" in entry.credentials for entry in teaching)


def test_loading_again_changes_nothing_and_what_it_no_longer_has_is_not_offered():
    actions.load_reference()
    before = list(ServiceType.objects.values())
    ServiceType.objects.create(
        code="Z9", category="A", tile="other", name_zh="旧", name_en="Old", national_code="0017"
    )

    actions.load_reference()

    assert list(ServiceType.objects.exclude(code="Z9").values()) == before
    assert not queries.service_types().filter(code="Z9").exists()
    assert ServiceType.objects.get(code="Z9").is_active is False


def test_twelve_pictures_and_something_else_hold_every_entry(django_assert_num_queries):
    actions.load_reference()

    with django_assert_num_queries(1):
        tiles = queries.tiles()

    assert len(tiles) == 13
    assert tiles[-1][0] == Tile.OTHER
    assert sum(len(entries) for _tile, entries in tiles) == queries.service_types().count()


def test_an_entry_has_a_name_in_the_reader_s_language():
    actions.load_reference()
    entry = ServiceType.objects.get(code="B1")

    with translation.override("en"):
        assert str(entry) == "Accompany to a doctor"
    with translation.override("zh-hans"):
        assert entry.name == "陪同就医"
