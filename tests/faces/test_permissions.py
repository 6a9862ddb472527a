"""Every address is on a list: open to all, or for who is signed in; a foreign row is not there.

An address that nobody listed fails here, whatever it does.
"""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from accounts.states import DeskRole
from help_requests.actions import load_reference
from matching.actions import open_for_visit, send_offer
from tests.api.test_chain import Caller
from tests.factories import accounts, help_requests, organizations
from tests.factories.matching import ready_volunteer
from tests.factories.regions import street

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {
    "web:gallery", "web:what-counts",
    "web:bodies", "web:body", "web:places",
    "web:home", "web:help", "web:accessibility", "web:display", "web:language", "web:projects",
    "web:project", "web:verify", "web:standing", "web:enter", "web:enter-code",
    "web:enter-again",
    "web:enter-password", "web:leave", "web:complain", "web:track", "web:demo", "web:demo-enter",
    "web:outbox", "web:enter-passkey", "web:enter-passkey-ask",
    "api:sessions", "api:region-list", "api:region-detail", "api:service-type-list",
    "api:service-type-detail", "api:verify-proof", "api:schema", "api:docs",
    "api:organization-list", "api:organization-detail", "api:project-list", "api:project-detail",
    "api:shift-list", "api:shift-detail", "api:complaint-track", "api:complaint-track-close",
    "api:complaint-track-review", "api:complaint-track-withdraw",
}  # fmt: skip
SIGNED_IN = {
    "web:notices-news",
    "web:org-people", "web:org-projects", "web:org-record", "web:org-records", "web:org-records-chosen",
    "api:helper-list", "api:service-record-confirm-many",
    "web:org-settings", "web:member-confirm", "web:member-end",
    "web:job", "web:job-stop",
    "web:hotline", "web:hotline-new", "web:hotline-resident", "web:hotline-ask",
    "web:hotline-check", "web:desks", "web:desk-end", "web:reports", "web:incidents",
    "web:incident", "web:incident-take", "web:incident-add", "web:audit", "web:audit-reveals",
    "web:audit-chain",
    "web:telling", "web:end-sessions", "web:my-data-copy", "web:erase", "web:credentials",
    "web:credential-withdraw", "web:credential-file", "web:needs", "web:people", "web:person-ask",
    "web:person-add", "web:person-end", "web:meet-again", "web:wish-end",
    "web:address", "web:address-code", "web:address-again",
    "web:password", "web:claimed-twice", "web:claim-settle",
    "web:start", "web:ward-withdraw", "api:volunteer-withdraw-guardian",
    "web:account", "web:second-factor", "web:tokens", "web:revoke-token", "web:data",
    "web:withdraw-consent",
    "web:second-passkey", "web:second-passkey-ask", "web:new-passkey", "web:new-passkey-ask",
    "web:devices", "web:devices-end", "web:device-end", "api:device-list", "api:device-detail",
    "api:end-other-sessions",
    "web:passkeys", "web:passkey-remove", "web:app-remove", "api:app",
    "api:passkey-list", "api:passkey-detail",
    "web:notices", "web:notices-read", "web:notice-open", "web:apply", "web:my",
    "web:resident-register", "web:new-request", "web:request-what", "web:request-when",
    "web:request-check", "web:request", "web:request-cancel", "web:request-again", "web:visit-move",
    "web:visit-cancel", "web:visit", "web:visit-confirm",
    "web:visit-evaluate", "web:visit-not-again", "web:visit-again",
    "web:volunteer", "web:volunteer-register",
    "web:duty", "web:duty-end", "web:pause-end", "web:volunteer-possible", "web:possible-apply",
    "api:duty", "api:pauses", "api:pause", "api:possible", "api:possible-apply", "api:opening-widening",
    "web:register-identity", "web:register-lesson", "web:my-profile", "web:my-hours",
    "web:my-limits", "web:my-guardian", "web:ward",
    "web:proof-pdf", "web:record", "web:offer", "web:offer-accept", "web:offer-decline",
    "web:offer-extend", "web:application-withdraw", "web:task", "web:check-in", "web:check-out",
    "web:task-cancel", "web:incident-new", "web:org", "web:org-register", "web:org-project-new",
    "web:org-project", "web:org-project-submit", "web:org-shift", "web:org-shift-cancel",
    "web:org-check-in", "web:org-check-out", "web:org-confirm", "web:org-accept", "web:console",
    "web:console-requests", "web:console-request", "web:console-refuse", "web:console-refer",
    "web:console-close",
    "web:console-pick", "web:console-verify", "web:check-identity", "web:check-credential",
    "web:check-grant", "web:check-organization", "web:check-project", "web:review",
    "web:review-record", "web:review-approve", "web:cases", "web:case", "web:case-acknowledge",
    "web:my-cases", "web:case-take", "web:case-extend", "web:case-close", "web:case-withdraw",
    "web:case-review", "web:console-record", "web:task-evaluate", "web:org-project-change",
    "web:org-project-close", "web:org-project-archive", "web:org-shift-change", "web:org-evaluate",
    "web:org-no-show", "web:org-refuse", "web:console-weights", "web:console-board",
    "web:console-opening", "api:opening-why-not", "api:board-list",
    "web:console-fairness", "api:fairness", "web:console-acceptance", "api:acceptance-model-list",
    "web:console-runs", "web:console-run", "web:console-run-cancel",
    "api:run-list", "api:run-detail", "api:run-accept", "api:run-cancel",
    "api:weight-list", "api:weight-detail", "api:weight-now",
    "api:me", "api:profile", "api:area", "api:skills", "api:windows", "api:hours",
    "api:help-request-list", "api:help-request-detail", "api:help-request-submit",
    "api:help-request-accept", "api:help-request-refuse", "api:help-request-refer",
    "api:help-request-cancel", "api:help-request-close", "api:visit-list", "api:visit-detail",
    "api:visit-move", "api:visit-cancel", "api:organization-decide", "api:project-shifts",
    "api:project-submit", "api:project-publish", "api:project-send-back", "api:shift-apply",
    "api:shift-code", "api:shift-roster", "api:shift-cancel", "api:opening-list",
    "api:opening-detail", "api:opening-candidates", "api:opening-offers", "api:offer-list",
    "api:offer-detail", "api:offer-accept", "api:offer-decline", "api:offer-extend",
    "api:application-list", "api:application-detail", "api:application-accept",
    "api:application-refuse", "api:application-withdraw", "api:assignment-list",
    "api:assignment-detail", "api:assignment-check-in", "api:assignment-check-out",
    "api:assignment-cancel", "api:assignment-no-show", "api:assignment-evaluate",
    "api:service-record-list", "api:service-record-detail", "api:service-record-confirm",
    "api:service-record-approve", "api:service-record-send-back", "api:proof-list",
    "api:proof-detail", "api:proof-pdf", "api:proof-revoke", "api:complaint-list",
    "api:complaint-detail",
    "api:complaint-acknowledge", "api:complaint-conclude", "api:complaint-review",
    "api:complaint-withdraw", "api:appeal-list", "api:appeal-detail", "api:appeal-acknowledge",
    "api:appeal-conclude", "api:appeal-review", "api:appeal-withdraw", "api:incident-list",
    "api:incident-detail", "api:incident-take", "api:incident-close", "api:consent-list",
    "api:consent-detail", "api:verification-list", "api:verification-detail", "api:token-list",
    "api:token-detail", "api:account-detail", "api:account-restore", "api:account-suspend",
    "api:address", "api:appeal-close", "api:appeal-extend", "api:appeal-take", "api:block-detail",
    "api:block-list", "api:wished-list", "api:wished-detail", "api:complaint-close",
    "api:complaint-extend", "api:complaint-take",
    "api:credential-decide", "api:credential-detail", "api:credential-file", "api:credential-list",
    "api:desk-detail", "api:desk-end", "api:desk-list", "api:end-sessions", "api:erase",
    "api:exceptions", "api:grant-decide", "api:grant-detail", "api:grant-end", "api:grant-list",
    "api:guardian", "api:incident-add", "api:lesson", "api:limits", "api:membership-confirm",
    "api:membership-detail", "api:membership-end", "api:membership-list",
    "api:my-credential-detail", "api:my-credential-file", "api:my-credential-list",
    "api:my-credential-withdraw", "api:my-grant-detail", "api:my-grant-end", "api:my-grant-list",
    "api:my-verification-detail", "api:my-verification-list", "api:notice-detail",
    "api:notice-list", "api:notice-preferences", "api:notice-read", "api:notice-read-all",
    "api:organization-ask-again", "api:organization-close", "api:organization-members",
    "api:organization-suspend", "api:password", "api:person-detail", "api:person-list", "api:person-needs",
    "api:person-reveals", "api:project-archive", "api:project-close", "api:project-weekly-shifts",
    "api:quiet-hours", "api:resident-check", "api:resident-detail", "api:resident-list",
    "api:resident-reveal", "api:resident-search", "api:service-record-propose",
    "api:verification-decide", "api:verification-settle", "api:visit-confirm", "api:visit-evaluate",
    "api:volunteer-confirm-guardian", "api:volunteer-detail", "api:volunteer-list",
    "api:volunteer-restore", "api:volunteer-suspend",
}  # fmt: skip


def addresses(patterns=None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry.url_patterns, route, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}", route


def filled(route: str, ref: str = "a" * 22) -> str:
    """Return an address with ``ref`` in every place."""
    route = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", ref, route)
    route = re.sub(r"<\w+:\w+>|<\w+>", ref, route)
    return "/" + re.sub(r"[\^$]|\\Z", "", route)


ALL = dict(addresses())


def test_every_address_is_on_exactly_one_list():
    assert set(ALL) - OPEN_TO_ALL - SIGNED_IN == set()
    assert (OPEN_TO_ALL | SIGNED_IN) - set(ALL) == set()
    assert set() == OPEN_TO_ALL & SIGNED_IN


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
def test_who_is_not_signed_in_gets_nothing(name):
    path = filled(ALL[name])
    is_api = name.startswith("api:")
    client = APIClient() if is_api else Client()

    for answer in (client.get(path), client.post(path)):
        if is_api:
            # One can complain without an account, but see no list.
            is_open = name == "api:complaint-list" and answer.request["REQUEST_METHOD"] == "POST"
            assert answer.status_code in ({400} if is_open else {401, 405}), answer.content
        else:
            assert answer.status_code == 302
            assert answer["Location"].startswith("/account/enter/")


@pytest.fixture
def world(clock):
    """Return rows of others, by the kind of address that leads to them."""
    load_reference()
    visit = help_requests.visit()
    opening = open_for_visit(visit=visit, now=clock.now)
    helper = ready_volunteer()
    offer = send_offer(opening=opening, volunteer=helper, by=accounts.officer(), now=clock.now)
    organizations.published_project()
    return {
        "help-requests": visit.request.ref,
        "visits": visit.ref,
        "offers": offer.ref,
        "openings": opening.ref,
    }


PATHS = [
    "/help-requests/{help-requests}/",
    "/help-requests/{help-requests}/cancel/",
    "/visits/{visits}/",
    "/offers/{offers}/",
    "/console/requests/{help-requests}/",
    "/api/v1/help-requests/{help-requests}/",
    "/api/v1/visits/{visits}/",
    "/api/v1/offers/{offers}/",
    "/api/v1/openings/{openings}/",
    "/api/v1/openings/{openings}/candidates/",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_row_and_an_absent_one_are_the_same_nothing(path, world, clock):
    elsewhere = street("310115001")
    strangers = [
        ready_volunteer("赵六"),
        accounts.resident().user,
        accounts.officer(DeskRole.STREET, elsewhere),
        accounts.officer(DeskRole.REVIEWER, elsewhere),
        organizations.organization().registered_by,
    ]

    for user in strangers:
        client = Caller(user, clock).client
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        foreign = client.get(path.format(**world))
        absent = client.get(path.format(**dict.fromkeys(world, "a" * 22)))
        assert (foreign.status_code, absent.status_code) == (404, 404), user
        if "/api/" in path:
            assert foreign.content == absent.content
