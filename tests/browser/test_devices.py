"""Two browsers of one person: from the one, the other is signed out."""

from playwright.sync_api import expect

from tests.browser.pages import check
from tests.factories import accounts


def test_another_browser_is_signed_out_from_here(reference, signed_in):
    person = accounts.user()
    here, there = signed_in(person), signed_in(person)
    there.goto("/account/")
    here.goto("/account/")
    check(here)

    here.get_by_role("link", name="查看在哪些设备上登录").click()
    check(here)
    expect(here.get_by_text("当前浏览器")).to_have_count(1)
    here.get_by_role("button", name="退出这台设备").click()

    expect(here.get_by_text("已在那里退出")).to_be_visible()
    expect(here.get_by_role("button", name="退出这台设备")).to_have_count(0)
    there.goto("/account/")
    assert "/account/enter/" in there.url
