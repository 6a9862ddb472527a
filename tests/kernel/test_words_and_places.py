"""Text, numbers, days and points."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import VolunteerProfile
from kernel import references, text, workdays
from kernel.models import Job
from kernel.refusals import Invalid, allowed, refusal_of
from regions import places


def test_free_text_stays_as_it_was_typed():
    assert text.normalise(" 下午，（两点）！e\u0301 ") == "下午，（两点）！é"
    assert text.normalise("一\r\n二", lines=True) == "一\n二"
    assert text.normalise("龘㙍𠮷") == "龘㙍𠮷"
    assert text.plain("  １２３ＡＢ ") == "123AB"
    assert text.digits("138－１２３４") == "1381234"


@pytest.mark.parametrize("bad", ["a\x00b", "a\u202eb", "\ud800", "a\nb", "\u2066x"])
def test_text_that_hides_something_is_refused(bad):
    with pytest.raises(Invalid) as caught:
        text.normalise(bad, field="name")

    assert (caught.value.code, caught.value.field) == ("bad_characters", "name")
    assert str(caught.value).startswith("bad_characters")


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        (text.mask_phone("13812345678"), "138****5678"),
        (text.mask_phone("12345"), "****"),
        (text.mask_id_number("310100199003070019"), "310*************19"),
        (text.mask_name("王芳"), "王*"),
        (text.mask_name("欧阳小芳"), "欧**芳"),
        (text.mask_email("anna@example.org"), "a***@example.org"),
    ],
)
def test_masks_cover_what_identifies(masked, shown):
    assert masked == shown


@pytest.mark.django_db
def test_a_spoken_number_has_a_check_digit_and_is_read_in_groups():
    number = references.new_number(VolunteerProfile, "V")

    assert len(number) == 11
    assert references.clean_number(references.spoken(number).replace(" ", "－")) == number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert references._check_digit(wrong[1:-1]) != wrong[-1]


def test_a_reference_has_128_bits_and_fits_an_address():
    made = {references.new_ref() for _number in range(1000)}
    assert not any(ref.startswith("-") for ref in made)

    assert len(made) == 1000
    assert {len(ref) for ref in made} == {22}
    assert Job().ref != Job().ref


def test_working_days_of_china():
    assert workdays.is_working_day(date(2026, 3, 4))
    assert not workdays.is_working_day(date(2026, 10, 1))
    assert workdays.add_working_days(date(2026, 3, 6), 1) == date(2026, 3, 9)
    assert workdays.working_days_until(date(2026, 3, 6), date(2026, 3, 10)) == 2
    assert workdays.working_days_until(date(2026, 3, 6), date(2026, 3, 6)) == 0
    assert workdays.working_days_until(date(2026, 3, 6), date(2026, 3, 2)) == 0
    assert workdays.is_working_day(date(2099, 3, 4)) == (date(2099, 3, 4).weekday() < 5)


def test_civil_days_are_shanghais_even_in_its_years_of_summer_time():
    assert workdays.local_date(datetime(2026, 3, 4, 16, tzinfo=UTC)) == date(2026, 3, 5)
    assert workdays.local_date(datetime(1988, 7, 1, 15, tzinfo=UTC)) == date(1988, 7, 2)
    begins, ends = workdays.day_bounds(date(2026, 3, 4))
    assert (ends - begins).total_seconds() == 86_400


def test_points_are_snapped_measured_and_believed_only_here():
    assert places.snap(31.23041, 121.47371) == (31.23, 121.475)
    assert 1100 < places.haversine_m(31.23, 121.47, 31.24, 121.47) < 1120
    places.check_point(31.23, 121.47)


@pytest.mark.parametrize(
    "point", [(0, 0), (121.47, 31.23), (float("nan"), 121.47), (39.9, 116.4), (10**30, 1)]
)
def test_points_elsewhere_are_refused(point):
    with pytest.raises(Invalid) as caught:
        places.check_point(*point, field="place")

    assert (caught.value.code, caught.value.field) == ("foreign_point", "place")


def test_coordinate_systems_differ_by_half_a_kilometre():
    here = (31.23, 121.47)

    assert places.to_wgs84(*here, "WGS-84") == here
    for system in ("GCJ-02", "BD-09"):
        assert 300 < places.haversine_m(*here, *places.to_wgs84(*here, system)) < 1500
    with pytest.raises(Invalid) as caught:
        places.to_wgs84(*here, "MARS")
    assert caught.value.code == "unknown_system"


def test_one_rule_serves_the_button_and_the_deed():
    def check(*, n: int) -> None:
        if n > 1:
            raise Invalid("too_many", "no")

    refusal = refusal_of(check, n=2)

    assert refusal is not None
    assert refusal.code == "too_many"
    assert allowed(check, n=1)
    assert not allowed(check, n=2)
