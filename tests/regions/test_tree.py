"""The tree of the city: loaded once, asked from above and below."""

import pytest
from django.core.management import call_command
from django.utils import translation

from regions import actions, audit, queries
from regions.models import Region, ServicePoint
from regions.places import check_point
from regions.states import Level, PointKind
from tests.factories import regions as make

pytestmark = pytest.mark.django_db


def test_reference_has_one_city_16_districts_and_216_streets():
    rows = actions.load_reference()

    assert rows == 1 + 16 + 216
    levels = [Region.objects.filter(level=level).count() for level in Level.values]
    assert levels == [1, 16, 216]
    assert list(audit.broken()) == []


def test_reference_loaded_again_changes_nothing(capsys):
    actions.load_reference()
    before = list(Region.objects.order_by("pk").values())

    call_command("load_reference")

    assert list(Region.objects.order_by("pk").values()) == before
    assert "regions: 233 rows" in capsys.readouterr().out


def test_every_street_lies_in_the_area_served_and_on_a_point_of_its_own():
    actions.load_reference()

    points = list(Region.objects.filter(level=Level.STREET).values_list("lat", "lng"))

    assert len(set(points)) == 216
    for point in points:
        check_point(*point)


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("闵行区", "Minhang District"),
        ("长宁区", "Changning District"),
        ("浦东新区", "Pudong New Area"),
        ("南京东路街道", "Nanjingdonglu Subdistrict"),
        ("重固镇", "Chonggu Town"),
        ("横沙乡", "Hengsha Township"),
    ],
)
def test_names_are_read_as_in_shanghai(zh, en):
    actions.load_reference()

    region = Region.objects.get(name_zh=zh)

    assert region.name_en == en
    assert str(region) == zh
    with translation.override("en"):
        assert region.name == en


def test_a_name_without_a_kind_is_only_read():
    assert actions._english("外滩") == "Waitan"


def test_inside_is_the_region_and_what_lies_above_it():
    street, district = make.street("310101001"), make.district("310101")
    other = make.street("310104001")

    assert street.is_inside(street)
    assert street.is_inside(district)
    assert not other.is_inside(district)
    assert not district.is_inside(street)
    found = Region.objects.filter(queries.inside([district.path], field="parent"))
    assert list(found) == [street]
    assert not Region.objects.filter(queries.inside([], field="parent")).exists()


def test_queries_list_the_tree_in_order():
    one, two = make.street("310101002"), make.street("310104001")

    assert queries.city() == make.city()
    assert list(queries.districts()) == [make.district("310101"), make.district("310104")]
    assert list(queries.streets()) == [one, two]
    assert list(queries.streets(make.district("310104"))) == [two]
    assert list(queries.tree()) == [
        make.city(),
        make.district("310101"),
        one,
        make.district("310104"),
        two,
    ]


def test_service_points_are_public():
    point = ServicePoint.objects.create(
        kind=PointKind.CINEMA,
        region=make.street(),
        name="大光明电影院",
        address="南京西路216号",
        lat=31.23,
        lng=121.47,
    )

    assert list(queries.points()) == [point]
    assert str(point) == "大光明电影院"


def test_audit_names_a_region_that_is_not_where_it_says():
    street = make.street()
    Region.objects.filter(pk=street.pk).update(path="/310000/310199/310101001/")

    (name, words), *others = audit.broken()

    assert name == "I12"
    assert f"regions_region#{street.pk}" in words
    assert others == []
