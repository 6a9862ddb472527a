"""The chain in real Chromium, on a phone's width: what is typed, pressed and read."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts import actions as people
from accounts.states import DeskRole, Purpose
from help_requests.models import HelpRequest
from matching.models import Offer
from tests.browser.pages import check
from tests.factories import accounts
from tests.factories.matching import ready_volunteer


@pytest.mark.usefixtures("reference")
def test_a_request_becomes_a_proof_on_phones(live_server, signed_in, new_context, clock):
    resident = accounts.resident(address="人民路1号3楼")
    people.give_consent(
        subject=resident,
        purpose=Purpose.MATCHING,
        text_version="1",
        by=resident.user,
        now=clock.now,
    )
    guardian = signed_in(accounts.grant(resident).proxy)
    users = [ready_volunteer("王芳"), ready_volunteer("李明")]
    first, second = (signed_in(user) for user in users)
    clerk = signed_in(accounts.officer())
    reviewer = signed_in(accounts.officer(DeskRole.REVIEWER))
    handler = signed_in(accounts.officer(DeskRole.CASE_HANDLER))

    # guardian asks, in three steps
    guardian.goto("/my/")
    check(guardian)
    guardian.locator("main").get_by_role("link", name="我要求助").click()
    guardian.get_by_role("button", name="开始").click()
    check(guardian)
    guardian.get_by_role("link", name="看医生").click()
    check(guardian)
    guardian.get_by_role("button", name="下一步").click()
    expect(guardian.locator("#error-summary")).to_be_focused()
    check(guardian)
    guardian.get_by_label("陪同就医").check(force=True)
    guardian.get_by_label("您最在意的事").fill("想去复诊")
    guardian.get_by_label("本人说的").check()
    guardian.get_by_role("button", name="下一步").click()
    check(guardian)
    guardian.get_by_label("后天").check()
    guardian.get_by_label("几点开始").fill("14:00")
    guardian.get_by_role("button", name="下一步").click()
    check(guardian)
    guardian.get_by_role("button", name="提交求助").click()
    expect(guardian.locator("main")).to_contain_text("已收到，街镇正在看")
    check(guardian)

    # street checks
    clerk.goto("/console/")
    check(clerk)
    clerk.get_by_role("link", name="陪同就医").first.click()
    check(clerk)
    clerk.get_by_role("button", name="接受这个求助").click()

    # engine offers; first declines, second accepts
    clock.to(clock.now + timedelta(minutes=1))
    for page in (first, second):
        page.goto("/volunteer/")
        check(page)
        page.get_by_role("link", name="陪同就医").first.click()
        check(page)
    first.get_by_role("link", name="这次不去").click()
    check(first)
    first.get_by_label("我那时没有空").or_(first.get_by_label("那时我没有空")).check()
    first.get_by_role("button", name="这次不去").click()
    second.get_by_role("button", name="接受邀约").click()
    expect(second.locator("main")).to_contain_text("已约定")
    assert "人民路" not in second.content()
    check(second)

    # door code
    visit = HelpRequest.objects.get().visits.get()
    clock.to(visit.starts_at - timedelta(minutes=5))
    guardian.goto(f"/visits/{visit.ref}/")
    check(guardian)
    code = guardian.locator(".vh-code").inner_text()
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert guardian.locator(".vh-code").evaluate(size) >= 40  # read at arm's length
    second.reload()
    expect(second.locator("main")).to_contain_text("人民路1号3楼")
    second.get_by_role("link", name="签到").click()
    check(second)
    second.get_by_label("到达码").fill(code)
    second.get_by_role("button", name="签到").click()
    expect(second.locator("main")).to_contain_text("正在服务")

    # check-out, confirmation, review
    clock.to(visit.starts_at + timedelta(minutes=85))  # of 120, after coming five minutes early
    second.get_by_role("button", name="签退").click()
    expect(second.locator("main")).to_contain_text("90")
    guardian.reload()
    guardian.get_by_role("button", name="确认服务完成").click()
    check(guardian)
    reviewer.goto("/review/")
    check(reviewer)
    reviewer.get_by_role("link", name="李明").click()
    check(reviewer)
    reviewer.get_by_role("button", name="审核通过").click()

    # points, proof, verification, appeal
    clock.to(clock.now + timedelta(minutes=1))
    second.goto("/volunteer/hours/")
    expect(second.locator("main")).to_contain_text("1.50")
    second.get_by_role("button", name="生成证明").click()
    check(second)
    second.get_by_role("link", name="验证证明").first.click()
    expect(second.locator(".vh-standing--valid")).to_be_visible()
    check(second)
    proof = second.url
    second.goto("/volunteer/hours/")
    second.get_by_role("link", name="3月6日").click()
    second.get_by_text("我要申诉").first.click()
    check(second)
    second.get_by_label("分钟数不对").check()
    second.get_by_label("发生了什么").fill("少算了几分钟")
    second.get_by_role("button", name="我要申诉").click()
    check(second)
    handler.goto("/cases/")
    check(handler)
    handler.locator("main a").first.click()
    handler.get_by_role("button", name="告知已收到").click()
    check(handler)
    handler.get_by_label("属实", exact=True).check()
    handler.get_by_label("应该是多少分钟").fill("94")
    handler.get_by_label("理由").fill("核对了门口记录")
    handler.get_by_role("button", name="决定").click()
    anyone = new_context().new_page()
    anyone.goto(proof)
    expect(anyone.locator(".vh-standing--superseded")).to_be_visible()
    assert Offer.objects.filter(state="SENT").count() == 0


PUBLIC = ["/", "/projects/", "/help/", "/help/accessibility/", "/display/", "/verify/"]
MORE = ["/account/enter/", "/account/enter/password/", "/complaints/new/", "/complaints/track/"]
MODES = ["light.normal.full", "dark.normal.full", "contrast.normal.full", "light.largest.simple"]


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("mode", MODES)
def test_public_pages_are_accessible_in_every_mode(mode, live_server, page, settings):
    page.context.add_cookies(
        [{"name": f"hub_display_{settings.HUB_ID}", "value": mode, "url": live_server.url}]
    )
    problems = []
    page.on("console", lambda message: problems.append(message.text))

    for path in [*PUBLIC, *MORE]:
        page.goto(live_server.url + path)
        check(page)

    assert problems == []


@pytest.mark.usefixtures("reference")
def test_without_javascript_the_form_is_sent_and_comes_back(live_server, new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/account/enter/")

    page.get_by_label("手机号或电子邮箱").fill("12345")
    page.get_by_role("button", name="发送登录码").click()

    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.get_by_label("手机号或电子邮箱")).to_have_value("12345")
