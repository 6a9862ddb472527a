"""Staff come in with two factors; the secret is sealed."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from accounts.states import DeskRole
from tests.factories import accounts

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def wanted(settings, clock):
    settings.STAFF_SECOND_FACTOR = True


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_who_holds_a_post_is_led_to_the_second_factor_and_passes_with_the_app():
    client = browser(accounts.officer(DeskRole.REVIEWER))

    assert client.get("/review/")["Location"] == "/account/second-factor/"
    assert client.get("/api/v1/me/").status_code == 403
    page = client.get("/account/second-factor/")
    secret = page.context["secret"]
    assert client.post("/account/second-factor/", {"code": "000000"}).status_code == 422
    assert client.post("/account/second-factor/", {"code": code(secret)}).status_code == 302

    assert client.get("/review/").status_code == 200
    assert secret not in str(Authenticator.objects.get().data)


def test_the_next_sign_in_asks_for_the_code_of_the_same_app():
    officer = accounts.officer(DeskRole.REVIEWER)
    first = browser(officer)
    secret = first.get("/account/second-factor/").context["secret"]
    first.post("/account/second-factor/", {"code": code(secret)})
    second = browser(officer)

    page = second.get("/account/second-factor/")

    assert page.context["secret"] == ""
    assert second.get("/review/").status_code == 302
    assert second.post("/account/second-factor/", {"code": code(secret)}).status_code == 302
    assert second.get("/review/").status_code == 200


def test_guessing_ends_after_some_tries():
    client = browser(accounts.officer(DeskRole.REVIEWER))
    client.get("/account/second-factor/")

    for _try in range(20):
        client.post("/account/second-factor/", {"code": "000000"})
    page = client.post("/account/second-factor/", {"code": "000000"})

    assert page.context["form"].errors.as_data()["__all__"][0].code == "too_often"


def test_who_holds_no_post_is_not_asked():
    assert browser(accounts.volunteer().user).get("/volunteer/").status_code == 200
