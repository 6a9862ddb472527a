"""A passkey in Chromium, on an authenticator that the browser itself plays (WebAuthn over CDP)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Passkey
from accounts.states import DeskRole
from tests.browser.pages import check
from tests.factories import accounts


@pytest.fixture(autouse=True)
def wanted(reference: None, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True


class Device:
    """An authenticator of one page's browser; ``finger`` says whether its owner is recognised."""

    def __init__(self, page: Page) -> None:
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        self.id = self.cdp.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )["authenticatorId"]

    def _tell(self, deed: str, **words: Any) -> Any:
        return self.cdp.send(f"WebAuthn.{deed}", {"authenticatorId": self.id, **words})

    def finger(self, *, fits: bool) -> None:
        """Recognise the owner, or not."""
        self._tell("setUserVerified", isUserVerified=fits)

    def keys(self) -> list[dict[str, Any]]:
        """Return what the device holds."""
        found: list[dict[str, Any]] = self._tell("getCredentials")["credentials"]
        return found

    def put(self, key: dict[str, Any]) -> None:
        """Put a copy of a key onto the device, in the place of its own."""
        self._tell("clearCredentials")
        self._tell("addCredential", credential=key)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_staff_make_a_passkey_and_come_in_with_it_alone(
    live_server, signed_in: Callable[..., Page]
):
    officer = accounts.officer(DeskRole.REVIEWER)
    page = signed_in(officer)
    device = Device(page)

    page.goto("/review/")
    page.get_by_role("link", name="改用通行密钥").click()
    check(page)
    press(page, "创建通行密钥")  # without a name: the page says so before a key is made
    expect(page.locator("#error-summary")).to_be_visible()
    assert device.keys() == []
    page.get_by_label("通行密钥的名称").fill("办公室电脑")
    press(page, "创建通行密钥")

    page.wait_for_url("**/account/passkeys/")
    expect(page.get_by_role("heading", name="办公室电脑")).to_be_visible()
    check(page)
    assert len(device.keys()) == 1
    page.goto("/review/")
    assert page.url.endswith("/review/")

    page.get_by_role("button", name="退出").click()
    page.goto("/account/enter/")
    page.get_by_role("link", name="改用通行密钥").click()
    check(page)
    press(page, "使用通行密钥")
    page.wait_for_url("**/review/")
    kept = Passkey.objects.get()
    assert kept.sign_count > 1
    assert kept.last_used_at


def test_as_the_second_factor_it_needs_its_owner_and_a_copy_is_refused(live_server, signed_in):
    officer = accounts.officer(DeskRole.REVIEWER)
    page = signed_in(officer)
    device = Device(page)
    page.goto("/account/second-factor/new/")
    page.get_by_label("通行密钥的名称").fill("我的手机")
    press(page, "创建通行密钥")
    page.wait_for_url("**/account/passkeys/")
    stolen = device.keys()[0]
    page.context.clear_cookies()
    page.context.add_cookies(signed_in(officer).context.cookies())

    page.goto("/review/")
    page.wait_for_url("**/account/second-factor/passkey/")
    check(page)
    device.finger(fits=False)
    press(page, "使用通行密钥")
    expect(page.locator("#passkey-failed")).to_be_visible()
    check(page)
    device.finger(fits=True)
    press(page, "使用通行密钥")
    page.wait_for_url("**/review/")

    page.context.clear_cookies()
    page.goto("/account/enter/passkey/")
    device.put({**stolen, "signCount": 0})  # the copy has not heard how far the counter went
    press(page, "使用通行密钥")
    expect(page.locator("#error-summary")).to_contain_text("副本")
    assert re.search("/account/enter/passkey/$", page.url)


def test_without_javascript_the_page_says_what_else_works(live_server, new_context):
    page = new_context(base_url=live_server.url, java_script_enabled=False).new_page()

    page.goto("/account/enter/passkey/")

    expect(page.locator("#passkey-without")).to_be_visible()
    expect(page.locator("form[data-passkey]")).to_be_hidden()
    page.get_by_role("link", name="改用登录码").click()
    expect(page.get_by_label("手机号或电子邮箱")).to_be_visible()
