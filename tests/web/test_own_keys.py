"""My name, my password, my addresses: changed on pages, as a program changes them."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import SignInCode, User
from notifications.models import Dispatch
from tests.conftest import Clock
from tests.factories import accounts
from tests.web.test_account_pages import refused_page
from tests.web.test_chain import Visitor

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"
GOOD, BETTER = "long enough words", "other words, also long"


def code_sent() -> str:
    words = str(Dispatch.objects.filter(kind="sign_in_code").latest("pk").words)
    return re.findall(r"\d{6}", words)[0]


def signed_in_by_code(user: User) -> Visitor:
    visitor = Visitor(user)
    visitor.client = Client()
    visitor.do("/account/enter/", address=user.phone)
    visitor.do("/account/enter/code/", code=code_sent())
    return visitor


def test_a_verified_name_stays_what_the_card_says(clock: Clock):
    person = accounts.volunteer(name="王芳").user
    person.refresh_from_db()
    visitor = Visitor(person)
    visitor.see("/account/", "王芳", "已核实")
    me = "/api/v1/me/"

    visitor.do("/account/", name="假名", no_voice="on")
    answer = visitor.client.patch(me, {"name": "假名"}, content_type="application/json")

    assert answer.status_code == 409
    assert answer.json()["code"] == "name_verified"
    assert "name" in str(answer.json())
    assert visitor.client.get(me).json()["name"] == "王芳"
    same = visitor.client.patch(me, {"name": "王芳"}, content_type="application/json")
    assert same.status_code == 200


def test_a_name_that_nobody_has_verified_is_written_freely(clock: Clock):
    person = accounts.user(name="小王")
    Visitor(person).do("/account/", name="王小芳")
    person.refresh_from_db()
    assert person.name == "王小芳"


def test_a_first_password_is_set_after_signing_in_by_code(clock: Clock):
    person = accounts.user()
    visitor = Visitor(person)
    page = visitor.see("/account/password/")
    assert "new-password" not in page
    refused_page(visitor, "/account/password/", current="", password=GOOD)

    visitor = signed_in_by_code(person)
    other = Visitor(person)
    assert "current-password" not in visitor.see("/account/password/", "new-password")
    refused_page(visitor, "/account/password/", password="short")
    assert visitor.do("/account/password/", password=GOOD) == "/account/"

    visitor.see("/account/")
    assert other.client.get("/account/").status_code == 302
    fresh = Client()
    given = {"address": person.phone, "password": GOOD}
    assert fresh.post("/account/enter/password/", given).status_code == 302


def test_a_password_is_changed_with_the_one_that_stands_or_a_code_when_forgotten(clock: Clock):
    person = accounts.user()
    signed_in_by_code(person).do("/account/password/", password=GOOD)
    clock.to(clock.now + timedelta(minutes=16))
    visitor = Visitor(User.objects.get(pk=person.pk))

    visitor.see("/account/password/", "current-password")
    assert "id_current_error" in refused_page(
        visitor, "/account/password/", current="wrong", password=BETTER
    )
    assert "id_current_error" in refused_page(
        visitor, "/account/password/", current="", password=BETTER
    )
    visitor.do("/account/password/", current=GOOD, password=BETTER)
    visitor.see("/account/")
    signed_in_by_code(person).do("/account/password/", password=GOOD)
    given = {"address": person.phone, "password": GOOD}
    assert Client().post("/account/enter/password/", given).status_code == 302


def test_another_session_gains_nothing_when_its_owner_signs_in_by_code(clock: Clock):
    person = accounts.user()
    taken = signed_in_by_code(person)
    taken.do("/account/password/", password=GOOD)
    clock.to(clock.now + timedelta(minutes=16))
    signed_in_by_code(User.objects.get(pk=person.pk))

    page = refused_page(taken, "/account/password/", current="", password=BETTER)

    assert "id_current_error" in page
    where, given = "/api/v1/me/password/", {"password": BETTER}
    answer = taken.client.post(where, given, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")


def test_a_program_that_signed_in_by_code_sets_it(clock: Clock):
    person = accounts.user()
    where = {"content_type": "application/json"}
    asked = {"address": person.phone}
    Client().post("/api/v1/sessions/", asked, **where)
    signed = Client().post("/api/v1/sessions/", {**asked, "code": code_sent()}, **where)
    bearer = {"Authorization": f"Bearer {signed.json()['token']}"}

    answer = Client().post("/api/v1/me/password/", {"password": GOOD}, headers=bearer, **where)

    assert answer.status_code == 200
    assert Client().get("/api/v1/me/", headers=bearer).status_code == 401


def test_a_program_sets_it_in_the_same_way(clock: Clock):
    person = accounts.user()
    client = Client()
    client.force_login(person, backend=BACKEND)
    where = "/api/v1/me/password/"

    answer = client.post(where, {"password": GOOD}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")
    client = signed_in_by_code(person).client
    assert (
        client.post(where, {"password": GOOD}, content_type="application/json").status_code == 200
    )


def test_a_new_phone_number_is_proved_by_its_code(clock: Clock):
    person = accounts.user()
    taken = accounts.user().phone
    visitor = Visitor(person)
    visitor.see("/account/", "/account/address/", "/account/password/")
    assert visitor.client.get("/account/address/code/").status_code == 302
    visitor.see("/account/address/")
    refused_page(visitor, "/account/address/", address="12")

    visitor.do("/account/address/", address=taken)
    refused_page(visitor, "/account/address/code/", code=code_sent())

    visitor.do("/account/address/", address="13912345678")
    visitor.see("/account/address/code/", "13912345678")
    assert visitor.do("/account/address/code/", code=code_sent()) == "/account/"
    visitor.see("/account/", "139****5678")


def test_a_code_is_sent_again_to_the_same_address_within_the_limits(clock: Clock):
    client = Client()
    path = "/account/enter/code/again/"
    assert client.post(path)["Location"] == "/account/enter/code/"
    assert SignInCode.objects.count() == 0
    client.post("/account/enter/", {"address": "13700001234"})
    assert path in client.get("/account/enter/code/").content.decode()
    assert client.post(path)["Location"] == "/account/enter/code/"
    assert SignInCode.objects.values("address_index").distinct().count() == 1
    assert SignInCode.objects.count() == 2
    for _press in range(20):
        answer = client.post(path)
    assert answer.status_code == 409


def test_a_code_for_a_new_address_is_sent_again(clock: Clock):
    visitor = Visitor(accounts.user())
    visitor.do("/account/address/", address="13700001234")
    assert visitor.do("/account/address/code/again/") == "/account/address/code/"
    assert SignInCode.objects.count() == 2


def test_the_page_for_the_password_says_nothing_of_codes():
    assert "我们会发" in Client().get("/account/enter/").content.decode()
    assert "我们会发" not in Client().get("/account/enter/password/").content.decode()
