"""Numbers, addresses and names as people type them (DOMAIN §3, §4; GUARDS §6)."""

from datetime import date

import pytest
from stdnum.iso7064 import mod_11_2

from accounts import rules
from accounts.states import Sex
from kernel.refusals import Refusal

TODAY = date(2026, 3, 4)


def number(county="310101", birth="19900307", serial="001"):
    body = f"{county}{birth}{serial}"
    return body + mod_11_2.calc_check_digit(body)


def code_of(check, *args, **kwargs):
    with pytest.raises(Refusal) as caught:
        check(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize("county", ["110101", "659004", "710000", "810000", "820000", "830000"])
def test_every_prefix_of_a_card_is_accepted(county):
    text = number(county)

    assert rules.check_id_number(text, today=TODAY) == (text, date(1990, 3, 7), Sex.MALE)


def test_a_county_founded_after_the_birth_and_a_permanent_residence_card_are_accepted():
    pudong, resident = number("310115", "19500101", "022"), number("911310", "19850630")

    assert rules.check_id_number(pudong, today=TODAY).sex == Sex.FEMALE
    assert rules.check_id_number(resident, today=TODAY).birth_on == date(1985, 6, 30)


@pytest.mark.parametrize("county", ["100101", "660101", "700101", "720101", "800101", "840101"])
def test_a_prefix_of_no_card_is_refused(county):
    assert code_of(rules.check_id_number, number(county), today=TODAY) == "bad_id_number"


def test_as_typed_lower_case_x_full_width_and_spaces_are_the_same_number():
    plain = next(n for s in range(99) if (n := number(serial=f"{s:03d}")).endswith("X"))
    wide = plain.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    spaced = f"{plain[:6]} {plain[6:14]}-{plain[14:]}"

    for typed in (plain.lower(), wide, spaced):
        assert rules.check_id_number(typed, today=TODAY).number == plain


def test_fifteen_digits_meet_their_twin():
    twin = number(birth="19500307", serial="123")

    assert rules.check_id_number(f"{twin[:6]}{twin[8:17]}", today=TODAY).number == twin


def test_a_wrong_check_digit_is_refused():
    right = number()
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")

    assert code_of(rules.check_id_number, wrong, today=TODAY) == "bad_id_number"


@pytest.mark.parametrize("typed", ["", "abc", "1" * 17, "9" * 40, "３１", "٣" * 18])
def test_what_is_no_number_is_refused(typed):
    assert code_of(rules.check_id_number, typed, today=TODAY) == "bad_id_number"


@pytest.mark.parametrize("birth", ["20990101", "20260305", "19900230", "19901301", "18950303"])
def test_a_birth_that_cannot_be_is_refused(birth):
    assert code_of(rules.check_id_number, number(birth=birth), today=TODAY) == "bad_id_number"


@pytest.mark.parametrize(("birth", "age"), [("18950305", 130), ("20260304", 0), ("19860504", 39)])
def test_age_is_counted_to_the_day(birth, age):
    born = rules.check_id_number(number(birth=birth), today=TODAY).birth_on

    # 4 May 1986, the first day of summer time in China, stays that day (GUARDS I18).
    assert born.strftime("%Y%m%d") == birth
    assert rules.age_on(TODAY, born) == age


@pytest.mark.parametrize("tail", ["11", "74", "44B1", "44B12", "233"])
def test_certificate_is_the_id_number_with_category_and_level(tail):
    text = number() + tail

    assert rules.check_certificate(text.lower(), today=TODAY) == text


@pytest.mark.parametrize("tail", ["", "01", "81", "10", "15", "44B", "44B123", "44X"])
def test_certificate_with_another_tail_is_refused(tail):
    assert code_of(rules.check_certificate, number() + tail, today=TODAY) == "bad_certificate"


def test_certificate_checks_the_id_number_in_it():
    text = number(birth="20990101") + "44"

    with pytest.raises(Refusal) as caught:
        rules.check_certificate(text, today=TODAY)

    assert (caught.value.code, caught.value.field) == ("bad_id_number", "certificate")


def test_disability_has_parts_only_when_it_is_multiple():
    assert rules.check_disability("4", "2", []) == {"category": "4", "level": "2", "parts": []}
    assert rules.check_disability("7", "1", ["4", "1"])["parts"] == ["1", "4"]
    assert code_of(rules.check_disability, "8", "1", []) == "bad_disability"
    assert code_of(rules.check_disability, "4", "5", []) == "bad_disability"
    assert code_of(rules.check_disability, "7", "1", []) == "bad_parts"
    assert code_of(rules.check_disability, "4", "1", ["1"]) == "bad_parts"
    assert code_of(rules.check_disability, "7", "1", ["7"]) == "bad_parts"


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        "138 1234 5678",
        "+86 138-1234-5678",
        "１３８１２３４５６７８",
        "008613812345678",
    ],
)
def test_phone_is_eleven_digits_however_typed(typed):
    assert rules.clean_phone(typed) == "13812345678"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "abc", "+", "12345678901", "02112345678", "+1 202 555 0143", "1381234567"),
        *("1381234567a", "13812345678 ext 5", "138123456789"),
    ],
)
def test_phone_that_is_no_mainland_mobile_is_refused(typed):
    assert code_of(rules.clean_phone, typed) == "bad_phone"


def test_address_is_a_phone_or_an_email():
    assert rules.clean_address("138 1234 5678") == ("PHONE", "13812345678")
    assert rules.clean_address(" Li@Example.ORG ") == ("EMAIL", "li@example.org")
    assert rules.clean_address("li＠example.org") == ("EMAIL", "li@example.org")


@pytest.mark.parametrize(
    "typed", ["@", "a@b", "li@例子.测试", f"{'a' * 60}@{'b' * 60}." * 4 + "org"]
)
def test_email_that_is_none_is_refused(typed):
    assert code_of(rules.clean_address, typed) == "bad_email"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王", "王"),
        (" 欧阳 ", "欧阳"),
        ("买买提•艾力", "买买提·艾力"),
        ("古丽・努尔", "古丽·努尔"),
        ("Mary-Ann O'Neil Jr.", "Mary-Ann O'Neil Jr."),
        ("\U00020bb7野", "\U00020bb7野"),
        ("\U00031350", "\U00031350"),  # newer than Python's tables
        ("བསོད་ནམས".replace("་", " "), "བསོད ནམས"),
        ("阿" * 30, "阿" * 30),
    ],
)
def test_name_of_any_script_is_kept(typed, name):
    assert rules.check_name(typed) == name


@pytest.mark.parametrize("typed", ["", "阿" * 31, "王1", "<b>", "·", "-王", "王😀", "a=b"])
def test_name_that_stands_on_no_card_is_refused(typed):
    assert code_of(rules.check_name, typed) == "bad_name"


@pytest.mark.parametrize("typed", ["王\u202e芳", "王\x00", "王\ud800"])
def test_name_with_a_hidden_character_is_refused(typed):
    assert code_of(rules.check_name, typed) == "bad_characters"


def test_texts_have_a_length():
    assert rules.check_text("  三级台阶 ", field="practical", most=4) == "三级台阶"
    assert rules.check_text(" ", field="practical", most=4) is None
    assert code_of(rules.check_text, "三级台阶。", field="practical", most=4) == "too_long"
    assert rules.check_reason("", needed=False) == ""
    assert code_of(rules.check_reason, " ", needed=True) == "reason_missing"


def test_birth_and_sex():
    assert rules.check_birth(date(1986, 5, 4), today=TODAY) == "1986-05-04"
    assert code_of(rules.check_birth, date(2026, 3, 5), today=TODAY) == "bad_birth"
    assert code_of(rules.check_birth, date(1, 1, 1), today=TODAY) == "bad_birth"
    assert rules.check_sex("") == ""
    assert rules.check_sex("F") == "F"
    assert code_of(rules.check_sex, "X") == "bad_sex"
