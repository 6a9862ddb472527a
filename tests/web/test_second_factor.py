"""Staff come in with two factors, an app or a passkey; the secret is sealed."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from accounts.models import Passkey
from accounts.states import DeskRole
from tests.factories import accounts
from tests.factories.passkeys import HOST, Device, passkey

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def wanted(settings, clock):
    settings.STAFF_SECOND_FACTOR = True


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def code(secret: str, *, later: int = 0) -> str:
    """Return what the app shows now, or ``later`` codes after."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


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
    again = second.post("/account/second-factor/", {"code": code(secret)})
    assert again.context["form"].errors.as_data()["code"][0].code == "code_used"
    fresh = code(secret, later=1)
    assert second.post("/account/second-factor/", {"code": fresh}).status_code == 302
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


def test_only_who_holds_a_post_reads_that_it_needs_a_second_key_and_only_they_cannot_go_back():
    path = "/account/second-factor/"
    staff = browser(accounts.officer(DeskRole.REVIEWER)).get(path).content.decode()
    own = browser(accounts.user()).get(path).content.decode()

    assert "您的岗位" in staff
    assert "您的岗位" not in own
    assert "govuk-back-link" in own
    assert "govuk-back-link" not in staff


# --- passkeys -------------------------------------------------------------------------------------


def at_localhost(user=None) -> Client:
    client = Client(headers={"host": HOST})
    if user:
        client.force_login(user, backend=BACKEND)
    return client


def kept(client, device, name="我的手机"):
    """Have a device make a passkey, as the script on the page does; return the answer."""
    options = client.post("/account/second-factor/new/ask/").json()
    return client.post(
        "/account/second-factor/new/", {"name": name, "answer": device.made(options)}
    )


def shown(client, device, path):
    options = client.post(f"{path}ask/").json()
    return client.post(path, {"answer": device.signed(options)})


def code_of(answer) -> str:
    return answer.context["form"].errors.as_data()["__all__"][0].code


def test_staff_set_up_a_passkey_instead_of_the_app_and_show_it_from_then_on():
    officer, device = accounts.officer(DeskRole.REVIEWER), Device()
    first = at_localhost(officer)
    assert "/account/second-factor/new/" in first.get("/account/second-factor/").content.decode()
    assert first.get("/account/second-factor/new/").status_code == 200

    assert kept(first, device)["Location"] == "/account/passkeys/"
    assert first.get("/review/").status_code == 200

    second = at_localhost(officer)
    assert second.get("/review/")["Location"] == "/account/second-factor/"
    assert second.get("/account/second-factor/")["Location"] == "/account/second-factor/passkey/"
    assert second.get("/account/second-factor/passkey/").status_code == 200
    assert shown(second, device, "/account/second-factor/passkey/")["Location"] == "/review/"
    assert second.get("/review/").status_code == 200


def test_a_passkey_alone_is_both_factors():
    officer, device = accounts.officer(DeskRole.REVIEWER), Device()
    passkey(officer, device=device)
    client = at_localhost()

    assert client.get("/account/enter/passkey/").status_code == 200
    assert shown(client, device, "/account/enter/passkey/").status_code == 302

    assert client.get("/review/").status_code == 200


def test_who_has_only_the_sign_in_code_adds_no_factor():
    officer, device = accounts.officer(DeskRole.REVIEWER), Device()
    passkey(officer, device=device)
    thief = at_localhost(officer)

    page = thief.get("/account/second-factor/new/")
    answer = kept(thief, Device())

    assert "data-passkey" not in page.content.decode()
    assert (answer.status_code, code_of(answer)) == (422, "second_factor_first")
    # Neither an app, nor a look at the list, nor a removal.
    assert thief.post("/account/second-factor/", {"code": "1"})["Location"].endswith("/passkey/")
    assert thief.get("/account/passkeys/")["Location"] == "/account/second-factor/"
    assert not Authenticator.objects.exists()


def test_who_has_shown_a_passkey_may_set_the_app_up_too():
    officer, device = accounts.officer(DeskRole.REVIEWER), Device()
    client = at_localhost(officer)
    kept(client, device)

    secret = client.get("/account/second-factor/").context["secret"]
    client.post("/account/second-factor/", {"code": code(secret)})
    again = at_localhost(officer).get("/account/second-factor/")

    assert Authenticator.objects.count() == 1
    assert "app/remove/" in client.get("/account/passkeys/").content.decode()
    assert "/account/second-factor/passkey/" in again.content.decode()
    assert at_localhost(officer).get("/account/second-factor/passkey/").context["has_app"]
    assert client.post("/account/app/remove/").status_code == 302
    assert not Authenticator.objects.exists()


def test_an_answer_is_asked_for_and_counts_once():
    user, device = accounts.user(), Device()
    passkey(user, device=device)
    client = at_localhost()
    options = client.post("/account/enter/passkey/ask/").json()
    wrong = client.post("/account/enter/passkey/", {"answer": "{}"})

    late = client.post("/account/enter/passkey/", {"answer": device.signed(options)})

    assert (wrong.status_code, code_of(wrong)) == (422, "passkey_wrong")
    assert (late.status_code, code_of(late)) == (422, "passkey_late")
    assert client.get("/account/")["Location"].startswith("/account/enter/")


def test_a_passkey_is_listed_and_removed_unless_it_is_the_last_factor_of_staff():
    officer, user = accounts.officer(DeskRole.REVIEWER), accounts.user()
    client = at_localhost(officer)
    kept(client, Device(), name="办公室电脑")
    mine = Passkey.objects.get()
    person = at_localhost(user)
    kept(person, Device())
    theirs = Passkey.objects.latest("pk")

    assert "办公室电脑" in client.get("/account/passkeys/").content.decode()
    refused = client.post(f"/account/passkeys/{mine.ref}/remove/")
    foreign = client.post(f"/account/passkeys/{theirs.ref}/remove/")
    done = person.post(f"/account/passkeys/{theirs.ref}/remove/")

    assert (refused.status_code, foreign.status_code, done.status_code) == (409, 404, 302)
    assert list(Passkey.objects.all()) == [mine]


def test_where_the_address_is_a_number_the_page_says_what_else_works():
    user = accounts.user()
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend=BACKEND)

    for path in ("second-factor/new/", "second-factor/passkey/", "enter/passkey/"):
        page = client.get(f"/account/{path}").content.decode()
        assert "data-passkey" not in page
        assert "passkey-without" in page


def test_the_copy_of_ones_data_names_the_passkeys():
    user = accounts.user()
    passkey(user, name="我的手机")

    copy = at_localhost(user).get("/account/data/copy/").json()

    assert [key["name"] for key in copy["passkeys"]] == ["我的手机"]
