"""Credit codes by GB 32100: 18 characters, MOD 31, and the kinds of civil-affairs bodies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from kernel.refusals import refusal_of
from organizations.rules import ALPHABET, check_character, check_credit_code
from organizations.states import OrganizationKind

PUBLIC = OrganizationKind.PUBLIC


def whole(body):
    return body + check_character(body)


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",  # the example of the standard itself
        "91110000600037341L",
        "91110000802100433B",
    ],
)
def test_codes_that_stand_in_public_registers_pass(code):
    assert check_credit_code(code, PUBLIC) == code


@given(st.text(ALPHABET, min_size=9, max_size=9))
def test_the_check_character_is_that_of_an_independent_reading(body):
    code = whole(f"12310000{body}")

    assert uscc.calc_check_digit(code[:17]) == code[17]
    assert check_credit_code(code, PUBLIC) == code


@pytest.mark.parametrize("first", ["A", "N", "Y"])
def test_a_register_may_be_a_letter(first):
    code = whole(f"{first}1310000MJ1234567"[:17])

    assert check_credit_code(code, PUBLIC) == code
    assert not uscc.is_valid(code)  # why we do not use it


def test_it_is_read_as_people_type_it():
    code = whole("5131000050000000X")

    typed = f" {code[:8].lower()}－{code[8:]} "

    assert check_credit_code(typed, OrganizationKind.ASSOCIATION) == code


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("", "PUBLIC", "bad_credit_code"),
        ("91350100M000100Y4", "PUBLIC", "bad_credit_code"),
        ("91350100M000100Y430", "PUBLIC", "bad_credit_code"),
        ("91350100M000100Y44", "PUBLIC", "bad_credit_code"),
        ("9135O100M000100Y43", "PUBLIC", "bad_credit_code"),  # the letter O
        ("９1350100M000100Y4X", "PUBLIC", "bad_credit_code"),
        ("9135\x00", "PUBLIC", "bad_characters"),
        ("91350100M000100Y43", "ASSOCIATION", "code_of_another_kind"),
        (whole("51310000500000001"), "SERVICE", "code_of_another_kind"),
        (whole("52310000500000001"), "FOUNDATION", "code_of_another_kind"),
        ("91350100M000100Y43", "CLUB", "not_in_list"),
    ],
)
def test_what_is_no_code_of_this_kind_is_refused(text, kind, code):
    refusal = refusal_of(check_credit_code, text=text, kind=kind)

    assert refusal is not None
    assert refusal.code == code
    assert refusal.field == ("kind" if code == "not_in_list" else "credit_code")


@pytest.mark.parametrize(
    ("prefix", "kind"), [("51", "ASSOCIATION"), ("52", "SERVICE"), ("53", "FOUNDATION")]
)
def test_civil_affairs_bodies_begin_with_their_own_numbers(prefix, kind):
    code = whole(f"{prefix}310000500000001")

    assert check_credit_code(code, kind) == code
