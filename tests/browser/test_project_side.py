"""The project side in real Chromium: published, four of six come, one is promoted, hours are reviewed."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.states import DeskRole
from service_records.models import ServiceRecord
from tests.browser.pages import check
from tests.factories import accounts
from tests.factories.matching import ready_volunteer
from tests.factories.organizations import credit_code
from tests.factories.regions import district, street

NAMES = ("赵一", "钱二", "孙三", "李四", "周五", "吴六")


@pytest.mark.usefixtures("reference")
def test_a_shift_fills_waits_promotes_and_is_reviewed(live_server, signed_in, clock):
    manager = signed_in(accounts.user())
    office = signed_in(accounts.officer(DeskRole.DISTRICT, district()))
    reviewer = signed_in(accounts.officer(DeskRole.REVIEWER, district()))

    # an NGO registers, and the district verifies it
    manager.goto("/org/new/")
    check(manager)
    manager.get_by_label("组织全称").fill("黄浦区暖阳助残服务社")
    manager.get_by_label("社会服务机构").check()
    manager.get_by_label("统一社会信用代码").fill(credit_code("52"))
    manager.get_by_label("区", exact=True).select_option(district().code)
    manager.get_by_label("地址").fill("人民路1号")
    manager.get_by_label("对外联系方式").fill("021-12345678")
    manager.locator("main button").click()
    check(manager)
    office.goto("/console/verify/")
    check(office)
    office.get_by_role("link", name="暖阳助残").click()
    check(office)
    office.get_by_label("接受", exact=True).check()
    office.locator("main button").click()

    # it describes a project with a shift, and hands it in; the district publishes it
    manager.reload()
    manager.get_by_role("link", name="新项目").click()
    check(manager)
    manager.get_by_label("标题").fill("周五读报会")
    manager.get_by_label("一句话介绍").fill("为视障老人读报")
    manager.get_by_label("志愿者做什么").fill("每周五下午在社区活动室读报。")
    manager.locator("#id_category").select_option("J")
    manager.locator("#id_region").select_option(street().code)
    manager.get_by_label("地点").fill("社区活动室")
    manager.locator("main button").click()
    check(manager)
    manager.get_by_label("日期").fill("2026-03-13")
    manager.get_by_label("从", exact=True).fill("14:00")
    manager.get_by_label("到", exact=True).fill("16:00")
    manager.get_by_role("button", name="添加班次").click()
    manager.get_by_role("button", name="提交审核").click()
    check(manager)
    office.goto("/console/verify/")
    office.get_by_role("link", name="周五读报会").click()
    check(office)
    office.get_by_label("接受", exact=True).check()
    office.locator("main button").click()
    clock.to(clock.now + timedelta(minutes=1))

    # six find it and apply: four have a place, two wait
    six = [signed_in(ready_volunteer(name)) for name in NAMES]
    for page in six:
        clock.to(clock.now + timedelta(seconds=1))
        page.goto("/projects/")
        page.get_by_role("link", name="周五读报会").first.click()
        page.locator("main button").first.click()
    expect(six[3].locator("main")).to_contain_text("您已有名额")
    expect(six[4].locator("main")).to_contain_text("您在候补名单上")
    check(six[4])

    # one cannot come, and the first in line is told
    six[0].goto("/volunteer/")
    six[0].get_by_role("link", name="周五读报会").first.click()
    check(six[0])
    six[0].get_by_role("link", name="我去不了了").click()
    six[0].locator("main textarea, main input[type=text]").first.fill("家里有事")
    six[0].locator("main form button").first.click()
    clock.to(clock.now + timedelta(minutes=1))
    six[4].goto("/notices/")
    expect(six[4].locator("main")).to_contain_text("周五读报会")
    check(six[4])

    # the rotating code on the screen, and a coordinator's mark
    clock.to(clock.now.replace(day=13, hour=6, minute=0))
    manager.goto("/org/")
    check(manager)
    manager.get_by_role("link", name=re.compile("周五读报会，")).first.click()
    check(manager)
    code = manager.locator(".vh-code").inner_text()
    six[4].goto("/volunteer/")
    six[4].get_by_role("link", name="周五读报会").first.click()
    six[4].get_by_role("link", name="签到").click()
    check(six[4])
    six[4].get_by_label("代码").fill(code)
    six[4].get_by_role("button", name="签到").click()
    expect(six[4].locator("main")).to_contain_text("正在服务")
    manager.reload()
    manager.get_by_role("button", name=re.compile("签到.*钱二")).click()
    check(manager)

    # both go, the coordinator confirms, the reviewer approves
    clock.to(clock.now + timedelta(hours=2))
    six[4].get_by_role("button", name="签退").click()
    manager.reload()
    manager.get_by_role("button", name=re.compile("签退.*钱二")).click()
    for name in ("周五", "钱二"):
        manager.get_by_role("button", name=re.compile(f"确认服务完成.*{name}")).click()
    check(manager)
    for name in ("周五", "钱二"):
        reviewer.goto("/review/")
        reviewer.get_by_role("link", name=re.compile(f"^{name}，")).click()
        check(reviewer)
        reviewer.get_by_role("button", name="审核通过").click()
    assert {row.state for row in ServiceRecord.objects.all()} == {"APPROVED"}
