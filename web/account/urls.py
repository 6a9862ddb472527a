"""Addresses of entering, and of what is one's own."""

from django.urls import path

from web.account import copy, data, demo, enter, jobs, notices, own, second, telling

urlpatterns = [
    path("account/enter/", enter.enter, name="enter"),
    path("account/enter/code/", enter.code, name="enter-code"),
    path("account/enter/password/", enter.password, name="enter-password"),
    path("account/leave/", enter.leave, name="leave"),
    path("account/", own.account, name="account"),
    path("account/second-factor/", second.second_factor, name="second-factor"),
    path("account/tokens/", own.tokens, name="tokens"),
    path("account/tokens/<str:ref>/revoke/", own.revoke, name="revoke-token"),
    path("account/notices/", telling.telling, name="telling"),
    path("account/sessions/end/", own.end_sessions, name="end-sessions"),
    path("account/data/copy/", copy.copy, name="my-data-copy"),
    path("account/data/erase/", data.erase, name="erase"),
    path("account/data/", data.data, name="data"),
    path("account/data/consents/<str:ref>/withdraw/", data.withdraw, name="withdraw-consent"),
    path("jobs/<str:ref>/", jobs.job, name="job"),
    path("jobs/<str:ref>/stop/", jobs.stop, name="job-stop"),
    path("notices/", notices.notices, name="notices"),
    path("notices/news/", notices.news, name="notices-news"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/<str:ref>/open/", notices.open_notice, name="notice-open"),
    path("demo/", demo.demo, name="demo"),
    path("demo/outbox/", notices.outbox, name="outbox"),
    path("demo/<str:ref>/enter/", demo.step_in, name="demo-enter"),
]
