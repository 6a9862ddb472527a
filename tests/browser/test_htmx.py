"""What htmx makes smoother, in Chromium: lists, long work, notices; and the same without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Page, expect

from kernel import jobs
from organizations.actions import add_shift
from tests.browser.pages import check
from tests.factories import accounts, notifications, organizations

pytestmark = pytest.mark.usefixtures("reference")
APPLY = "应用筛选"


@pytest.fixture
def projects() -> None:
    """Publish two projects with a shift to come."""
    body, now = organizations.organization(), timezone.now()
    day = timedelta(days=1)
    for title, summary in (("公园助盲跑", "陪视障人士跑步"), ("社区读报", "为视障老人读报")):
        project = organizations.project(body, title=title, summary=summary)
        add_shift(
            project=project,
            by=body.registered_by,
            now=now,
            starts_at=now + 7 * day,
            ends_at=now + 7 * day + timedelta(hours=2),
            places=4,
        )
        organizations.publish(project)


def watched(page: Page) -> list[str]:
    """Return the list that fills with whatever the browser complains about.

    But for the socket: this server has none, as the page may well find in life.
    """
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "/ws/notices/" not in message.text:
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@pytest.mark.usefixtures("projects")
def test_a_filter_changes_only_the_results(live_server, page):
    complaints = watched(page)
    page.goto(f"{live_server.url}/projects/")
    expect(page.locator(".vh-card")).to_have_count(2)
    page.evaluate("window.stayed = document.getElementById('status')")
    page.get_by_label("关键词").fill("读报")
    button = page.get_by_role("button", name=APPLY)
    button.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".vh-card")).to_have_count(1)
    expect(page.locator("#status")).to_have_text("1 个项目")
    expect(button).to_be_focused()
    expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    assert page.evaluate("window.stayed === document.getElementById('status')")
    assert page.evaluate("decodeURI(location.search)").endswith("q=读报")
    back = page.locator("header input[name=next]").first
    assert "/projects/?" in back.input_value()
    check(page)
    kept = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert "读报</" not in kept
    page.go_back()
    expect(page.locator(".vh-card")).to_have_count(2)
    assert page.evaluate("window.stayed === undefined")
    assert complaints == []


@pytest.mark.usefixtures("projects")
def test_without_javascript_the_same_form_does_it(live_server, new_context):
    page = new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    page.goto("/projects/")
    page.get_by_label("关键词").fill("读报")
    page.get_by_role("button", name=APPLY).click()
    expect(page.locator(".vh-card")).to_have_count(1)
    expect(page.locator("h2").first).to_have_text("1 个项目")


@pytest.mark.usefixtures("projects")
def test_a_lost_answer_is_said_and_the_list_stays(live_server, page):
    page.goto(f"{live_server.url}/projects/")
    page.route("**/projects/?*", lambda route: route.abort())
    page.get_by_role("button", name=APPLY).click()
    expect(page.locator("#alert")).to_have_text("没有收到回应。请检查网络后再试。")
    expect(page.locator(".vh-card")).to_have_count(2)

    page.unroute("**/projects/?*")
    page.get_by_role("button", name=APPLY).click()
    expect(page.locator("#status")).to_have_text("2 个项目")
    expect(page.locator("#alert")).to_be_empty()


def test_whoever_is_signed_out_meanwhile_comes_to_the_sign_in(signed_in):
    page = signed_in(accounts.officer())
    page.goto("/console/requests/")
    page.context.clear_cookies()
    page.get_by_role("button", name=APPLY).click()
    page.wait_for_url(re.compile(r"/account/enter/\?next=/console/requests/"))
    expect(page.locator("h1")).to_have_count(1)


def test_long_work_moves_by_itself_until_its_end(signed_in):
    user = accounts.user()
    job = jobs.queue("export", "kernel.jobs.tidy", by=user, now=timezone.now())
    page = signed_in(user)
    complaints = watched(page)
    asked: list[str] = []
    page.on("request", lambda request: "?said=" in request.url and asked.append(request.url))
    page.goto(f"/jobs/{job.ref}/")
    check(page)
    stop = page.get_by_role("button", name="停止")
    stop.focus()

    with transaction.atomic():
        jobs.start(job, total=4, now=timezone.now())
        jobs.progress(job, 2)
    expect(page.locator("#job .vh-lead")).to_have_text("已完成 2 / 4 步", timeout=10_000)
    expect(page.locator("#status")).to_have_text("已完成 2 / 4 步")
    expect(stop).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    with transaction.atomic():
        jobs.finish(job, now=timezone.now(), result={"rows": 4})
    expect(stop).to_have_count(0, timeout=10_000)
    expect(page.locator("#job dl")).to_be_visible()
    expect(page.locator("#status")).not_to_have_text("已完成 2 / 4 步")
    count = len(asked)
    page.wait_for_timeout(4500)
    assert len(asked) == count
    check(page)
    assert complaints == []


def test_a_hidden_page_asks_for_nothing(signed_in):
    user = accounts.user()
    job = jobs.queue("export", "kernel.jobs.tidy", by=user, now=timezone.now())
    page = signed_in(user)
    page.goto(f"/jobs/{job.ref}/")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(4500)
    # The browser itself fetches the icon of the page, when it finds the time.
    assert [url for url in asked if not url.endswith("/img/mark.svg")] == []
    page.evaluate("delete document.hidden")
    with page.expect_request("**/jobs/*/?said=*", timeout=5000):
        pass


def test_new_notices_wait_behind_a_bar(signed_in, settings):
    settings.HUB_POLL_SECONDS = 1
    user = accounts.user()
    notifications.notice(user)
    page = signed_in(user)
    page.goto("/notices/")
    bar = page.locator("#newer")
    expect(bar).to_have_text("有新消息吗？刷新")
    bar.focus()
    for _each in range(3):
        notifications.notice(user)

    expect(bar).to_have_text("有 3 条新消息，点此显示", timeout=10_000)
    expect(bar).to_be_focused()
    expect(page.locator(".vh-card")).to_have_count(1)
    check(page)
    bar.click()
    expect(page.locator(".vh-card")).to_have_count(4)
    expect(bar).to_have_text("有新消息吗？刷新")
