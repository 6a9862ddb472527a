"""The service navigation: at most six items, by role, the first is "today" (LOOK §2)."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from organizations.queries import roles_of


class Item(NamedTuple):
    """One link of the navigation."""

    name: str
    words: Promise


HELP = Item("web:help", _("Help"))
VISITOR = (
    Item("web:home", _("Home")),
    Item("web:new-request", _("Ask for help")),
    Item("web:projects", _("Volunteer projects")),
    Item("web:verify", _("Verify a proof")),
    HELP,
)
# Whoever has signed in and is nothing here yet.
NEWCOMER = (
    Item("web:start", _("Start here")),
    Item("web:new-request", _("Ask for help")),
    Item("web:projects", _("Volunteer projects")),
)
RESIDENT = (
    Item("web:my", _("My requests")),
    Item("web:new-request", _("Ask for help")),
    Item("web:needs", _("What I need")),
    Item("web:people", _("My people")),
)
VOLUNTEER = (
    Item("web:volunteer", _("Today")),
    Item("web:projects", _("Volunteer projects")),
    Item("web:my-hours", _("My hours")),
    Item("web:my-profile", _("My details")),
)
ORGANIZATION = (
    Item("web:org", _("Today")),
    Item("web:org-projects", _("Projects")),
    Item("web:org-people", _("People")),
    Item("web:org-records", _("Hour records")),
    Item("web:org-settings", _("My organization")),
)
OFFICE = (
    Item("web:console", _("Overview")),
    Item("web:console-requests", _("Help requests")),
    Item("web:console-verify", _("To check")),
    Item("web:hotline", _("Find a resident")),
    Item("web:reports", _("Figures")),
)
HOTLINE = (Item("web:hotline", _("Find a resident")),)
REVIEWER = (Item("web:review", _("Hours to review")),)
CASES = (Item("web:cases", _("Cases")), Item("web:incidents", _("Incidents")))
AUDIT = (Item("web:audit", _("Ledger")), Item("web:reports", _("Figures")))

BY_ROLE: dict[Role, tuple[Item, ...]] = {
    Role.RESIDENT: RESIDENT,
    Role.PROXY: RESIDENT,
    Role.VOLUNTEER: VOLUNTEER,
    Role.COORDINATOR: ORGANIZATION,
    Role.STREET: OFFICE,
    Role.DISTRICT: OFFICE,
    Role.CITY: OFFICE,
    Role.OPERATOR: HOTLINE,
    Role.REVIEWER: REVIEWER,
    Role.CASE_HANDLER: CASES,
    Role.AUDITOR: AUDIT,
}
# What a first page is called among those of another role, which has a "today" of its own.
BESIDE_OTHERS = {"web:org": _("My organization")}
MOST = 6
# Pages that are reached from an item, though their addresses do not begin with its own.
BENEATH = {
    "web:my-profile": (
        "/volunteer/limits/",
        "/volunteer/credentials/",
        "/volunteer/guardian/",
        "/volunteer/register/",
    ),
    "web:my-hours": ("/volunteer/proofs/", "/service-records/"),
    "web:org-projects": ("/org/shifts/", "/org/assignments/", "/org/applications/"),
}


def roles_for(request: HttpRequest) -> frozenset[Role]:
    """Return the roles of who asks, read once a request."""
    if not request.user.is_authenticated:
        return frozenset()
    if not hasattr(request, "hub_roles"):
        request.hub_roles = roles_of(request.user, now=timezone.now())  # type: ignore[attr-defined]
    roles: frozenset[Role] = request.hub_roles  # type: ignore[attr-defined]
    return roles


def items_for(request: HttpRequest) -> list[Item]:
    """Return the pages that who asks has a link to."""
    roles = roles_for(request)
    items: list[Item] = []
    for role, links in BY_ROLE.items():
        if role in roles:
            names = BESIDE_OTHERS if items else {}
            links = tuple(Item(link.name, names.get(link.name, link.words)) for link in links)
            items += [link for link in links if link not in items]
    if request.user.is_authenticated:
        items = [*(items or NEWCOMER)[: MOST - 1], Item("web:notices", _("Notices"))]
    return items or list(VISITOR)


def shortened(items: list[Item]) -> list[Item]:
    """Return what simple mode shows: the first two, and help, which leads to all the others."""
    return [*[item for item in items if item != HELP][:2], HELP]


def links(items: list[Item], request: HttpRequest) -> list[dict[str, object]]:
    """Return the links to these pages, with the one of this page marked."""
    addresses = [(reverse(item.name), item.words) for item in items]
    roots = {
        root: reverse(item.name)
        for item in items
        for root in (reverse(item.name), *BENEATH.get(item.name, ()))
    }
    fitting = [root for root in roots if _holds(root, request.path)]
    inbox = reverse("web:notices")
    here = roots.get(max(fitting, key=len, default=""), "")
    return [
        {
            "address": address,
            "words": words,
            "is_here": address == here,
            "is_inbox": address == inbox,
        }
        for address, words in addresses
    ]


def _holds(address: str, path: str) -> bool:
    return path == address or (address != "/" and path.startswith(address))


def home_for(request: HttpRequest) -> str:
    """Return where who signed in begins."""
    return reverse(items_for(request)[0].name)
