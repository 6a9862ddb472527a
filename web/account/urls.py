"""Addresses of entering, and of what is one's own."""

from django.urls import path

from web.account import copy, data, demo, enter, jobs, notices, own, passkeys, second, telling

urlpatterns = [
    path("account/enter/", enter.enter, name="enter"),
    path("account/enter/code/", enter.code, name="enter-code"),
    path("account/enter/password/", enter.password, name="enter-password"),
    path("account/enter/passkey/", passkeys.enter, name="enter-passkey"),
    path("account/enter/passkey/ask/", passkeys.enter_ask, name="enter-passkey-ask"),
    path("account/leave/", enter.leave, name="leave"),
    path("account/", own.account, name="account"),
    path("account/second-factor/", second.second_factor, name="second-factor"),
    path("account/second-factor/passkey/", passkeys.second, name="second-passkey"),
    path("account/second-factor/passkey/ask/", passkeys.second_ask, name="second-passkey-ask"),
    path("account/second-factor/new/", passkeys.new, name="new-passkey"),
    path("account/second-factor/new/ask/", passkeys.new_ask, name="new-passkey-ask"),
    path("account/passkeys/", passkeys.passkeys, name="passkeys"),
    path("account/passkeys/<str:ref>/remove/", passkeys.remove, name="passkey-remove"),
    path("account/app/remove/", passkeys.remove_app, name="app-remove"),
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
