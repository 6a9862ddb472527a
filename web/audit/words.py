"""What stands in the ledger, in words: an event is what it is about and what happened to it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.states import CredentialKind, DeskRole, ProxyKind, Purpose, RevealReason
from help_requests.states import CancelReason, RefusalReason
from kernel.models import Event
from kernel.text import enumerated
from matching.states import DeclineReason
from organizations.states import MemberRole
from rights.states import AppealReason, ComplaintKind, IncidentKind, Outcome
from service_records.states import CheckMethod, ReturnReason, Side
from web.shared.covered import LABELS
from web.shared.states import LOOKS, look_of
from web.shared.templatetags.hub import colon


class Line(NamedTuple):
    """One event as the auditor reads it; ``row`` has what the links are made of."""

    row: Event
    words: str
    about: str
    facts: list[str]


# By the first half of the name of an event, and by the model that it is about.
ABOUT: dict[str, Promise] = {
    "opening": pgettext_lazy("ledger", "need"),
    "offer": pgettext_lazy("ledger", "offer"),
    "application": pgettext_lazy("ledger", "sign-up"),
    "assignment": pgettext_lazy("ledger", "task"),
    "run": pgettext_lazy("ledger", "run of the matching"),
    "wish": pgettext_lazy("ledger", "wish to see somebody again"),
    "wished": pgettext_lazy("ledger", "wish to see somebody again"),
    "duty": pgettext_lazy("ledger", "being ready to go at once"),
    "weights": pgettext_lazy("ledger", "weights of the matching"),
    "weighing": pgettext_lazy("ledger", "weights of the matching"),
    "points": pgettext_lazy("ledger", "points"),
    "pointentry": pgettext_lazy("ledger", "points"),
    "stars": pgettext_lazy("ledger", "stars"),
    "starlevel": pgettext_lazy("ledger", "stars"),
    "proof": pgettext_lazy("ledger", "proof"),
    "complaint": pgettext_lazy("ledger", "complaint"),
    "appeal": pgettext_lazy("ledger", "appeal"),
    "case": pgettext_lazy("ledger", "case"),
    "incident": pgettext_lazy("ledger", "incident"),
    "message": pgettext_lazy("ledger", "message"),
    "dispatch": pgettext_lazy("ledger", "message"),
    "preferences": pgettext_lazy("ledger", "choice of channels"),
    "preference": pgettext_lazy("ledger", "choice of channels"),
    "quiet_hours": pgettext_lazy("ledger", "quiet hours"),
    "quiethours": pgettext_lazy("ledger", "quiet hours"),
    "record": pgettext_lazy("ledger", "hours record"),
    "servicerecord": pgettext_lazy("ledger", "hours record"),
    "evaluation": pgettext_lazy("ledger", "evaluation"),
    "request": pgettext_lazy("ledger", "help request"),
    "helprequest": pgettext_lazy("ledger", "help request"),
    "arrival_code": pgettext_lazy("ledger", "arrival code"),
    "arrivalcode": pgettext_lazy("ledger", "arrival code"),
    "visit": pgettext_lazy("ledger", "visit"),
    "organization": pgettext_lazy("ledger", "organization"),
    "membership": pgettext_lazy("ledger", "post in an organization"),
    "project": pgettext_lazy("ledger", "project"),
    "shift": pgettext_lazy("ledger", "shift"),
    "user": pgettext_lazy("ledger", "account"),
    "address": pgettext_lazy("ledger", "phone or e-mail"),
    "password": pgettext_lazy("ledger", "password"),
    "session": pgettext_lazy("ledger", "device that is signed in"),
    "sessions": pgettext_lazy("ledger", "devices that are signed in"),
    "token": pgettext_lazy("ledger", "token for programs"),
    "passkey": pgettext_lazy("ledger", "passkey"),
    "app": pgettext_lazy("ledger", "authenticator app"),
    "person": pgettext_lazy("ledger", "personal data"),
    "desk": pgettext_lazy("ledger", "post"),
    "identity": pgettext_lazy("ledger", "identity"),
    "verification": pgettext_lazy("ledger", "identity"),
    "credential": pgettext_lazy("ledger", "credential"),
    "consent": pgettext_lazy("ledger", "consent"),
    "resident": pgettext_lazy("ledger", "resident"),
    "residents": pgettext_lazy("ledger", "residents"),
    "residentprofile": pgettext_lazy("ledger", "resident"),
    "reveal": pgettext_lazy("ledger", "look at masked data"),
    "grant": pgettext_lazy("ledger", "right to act for a resident"),
    "proxygrant": pgettext_lazy("ledger", "right to act for a resident"),
    "guardian": pgettext_lazy("ledger", "guardian"),
    "volunteer": pgettext_lazy("ledger", "volunteer"),
    "volunteerprofile": pgettext_lazy("ledger", "volunteer"),
    "block": pgettext_lazy("ledger", "not again"),
    "job": pgettext_lazy("ledger", "long work"),
    "export": pgettext_lazy("ledger", "export"),
}
HAPPENED: dict[str, Promise] = {
    "accepted": pgettext_lazy("ledger", "accepted"),
    "acknowledged": pgettext_lazy("ledger", "arrival confirmed"),
    "added": pgettext_lazy("ledger", "added"),
    "added_to": pgettext_lazy("ledger", "added to"),
    "answered": pgettext_lazy("ledger", "answered"),
    "set": pgettext_lazy("ledger", "set"),
    "settled": pgettext_lazy("ledger", "settled"),
    "approved": pgettext_lazy("ledger", "approved"),
    "archived": pgettext_lazy("ledger", "archived"),
    "asked": pgettext_lazy("ledger", "asked about"),
    "asked_again": pgettext_lazy("ledger", "asked for again"),
    "awarded": pgettext_lazy("ledger", "awarded"),
    "cancelled": pgettext_lazy("ledger", "called off"),
    "changed": pgettext_lazy("ledger", "changed"),
    "checked": pgettext_lazy("ledger", "checked"),
    "checked_in": pgettext_lazy("ledger", "checked in"),
    "checked_out": pgettext_lazy("ledger", "checked out"),
    "claimed": pgettext_lazy("ledger", "handed in"),
    "closed": pgettext_lazy("ledger", "closed"),
    "completed": pgettext_lazy("ledger", "completed"),
    "concluded": pgettext_lazy("ledger", "decided"),
    "confirmed": pgettext_lazy("ledger", "confirmed"),
    "copied": pgettext_lazy("ledger", "perhaps copied"),
    "corrected": pgettext_lazy("ledger", "corrected"),
    "decided": pgettext_lazy("ledger", "decided"),
    "declined": pgettext_lazy("ledger", "declined"),
    "done": pgettext_lazy("ledger", "done"),
    "drafted": pgettext_lazy("ledger", "drafted"),
    "ended": pgettext_lazy("ledger", "ended"),
    "entered": pgettext_lazy("ledger", "signed in"),
    "erased": pgettext_lazy("ledger", "erased"),
    "escalated": pgettext_lazy("ledger", "passed to the office"),
    "expired": pgettext_lazy("ledger", "expired"),
    "extended": pgettext_lazy("ledger", "extended"),
    "failed": pgettext_lazy("ledger", "failed"),
    "filled": pgettext_lazy("ledger", "filled"),
    "forced": pgettext_lazy("ledger", "closed by the clock"),
    "given": pgettext_lazy("ledger", "given"),
    "granted": pgettext_lazy("ledger", "granted"),
    "held": pgettext_lazy("ledger", "passed to a second reviewer"),
    "issued": pgettext_lazy("ledger", "issued"),
    "joined": pgettext_lazy("ledger", "opened"),
    "lapsed": pgettext_lazy("ledger", "lapsed"),
    "lifted": pgettext_lazy("ledger", "lifted"),
    "looked_up": pgettext_lazy("ledger", "searched for"),
    "lost": pgettext_lazy("ledger", "lost"),
    "made": pgettext_lazy("ledger", "made"),
    "matched": pgettext_lazy("ledger", "all places filled"),
    "moved": pgettext_lazy("ledger", "moved"),
    "named": pgettext_lazy("ledger", "named"),
    "no_show": pgettext_lazy("ledger", "did not come"),
    "opened": pgettext_lazy("ledger", "opened"),
    "opened_again": pgettext_lazy("ledger", "open again"),
    "overdue": pgettext_lazy("ledger", "overdue"),
    "planned": pgettext_lazy("ledger", "planned"),
    "published": pgettext_lazy("ledger", "published"),
    "reached": pgettext_lazy("ledger", "reached"),
    "redeemed": pgettext_lazy("ledger", "redeemed"),
    "referred": pgettext_lazy("ledger", "passed on"),
    "refused": pgettext_lazy("ledger", "refused"),
    "registered": pgettext_lazy("ledger", "registered"),
    "removed": pgettext_lazy("ledger", "removed"),
    "reopened": pgettext_lazy("ledger", "open again"),
    "reported": pgettext_lazy("ledger", "reported"),
    "restored": pgettext_lazy("ledger", "restored"),
    "returned": pgettext_lazy("ledger", "returned"),
    "revealed": pgettext_lazy("ledger", "masked data opened"),
    "reversed": pgettext_lazy("ledger", "taken back"),
    "review_asked": pgettext_lazy("ledger", "second look asked for"),
    "revoked": pgettext_lazy("ledger", "revoked"),
    "sent": pgettext_lazy("ledger", "sent"),
    "ready": pgettext_lazy("ledger", "ready to look at"),
    "begun": pgettext_lazy("ledger", "begun"),
    "started": pgettext_lazy("ledger", "started"),
    "submitted": pgettext_lazy("ledger", "handed in"),
    "suspended": pgettext_lazy("ledger", "suspended"),
    "taken": pgettext_lazy("ledger", "taken in hand"),
    "tried_again": pgettext_lazy("ledger", "tried again"),
    "unfilled": pgettext_lazy("ledger", "nobody found"),
    "used": pgettext_lazy("ledger", "used"),
    "waiting": pgettext_lazy("ledger", "on the waiting list"),
    "withdrawn": pgettext_lazy("ledger", "withdrawn"),
    "withdrew": pgettext_lazy("ledger", "allows it no more"),
}
FACTS: dict[str, Promise] = {
    "amount": pgettext_lazy("ledger fact", "how many"),
    "channel": pgettext_lazy("ledger fact", "channel"),
    "corrects": pgettext_lazy("ledger fact", "corrects"),
    "fields": pgettext_lazy("ledger fact", "what changed"),
    "field": pgettext_lazy("ledger fact", "which data"),
    "kind": pgettext_lazy("ledger fact", "kind"),
    "method": pgettext_lazy("ledger fact", "how"),
    "minutes": pgettext_lazy("ledger fact", "minutes"),
    "moved": pgettext_lazy("ledger fact", "time changed"),
    "others": pgettext_lazy("ledger fact", "how many"),
    "outcome": pgettext_lazy("ledger fact", "decision"),
    "purpose": pgettext_lazy("ledger fact", "purpose"),
    "reason": pgettext_lazy("ledger fact", "reason"),
    "region": pgettext_lazy("ledger fact", "region"),
    "returned": pgettext_lazy("ledger fact", "after it was returned"),
    "role": pgettext_lazy("ledger fact", "role"),
    "scopes": pgettext_lazy("ledger fact", "scopes"),
    "side": pgettext_lazy("ledger fact", "by whom"),
    "wave": pgettext_lazy("ledger fact", "wave"),
    "way": pgettext_lazy("ledger fact", "by which way"),
    "what": pgettext_lazy("ledger fact", "what"),
}
_CHOICES: dict[str, tuple[Any, ...]] = {
    "kind": (ComplaintKind, IncidentKind, CredentialKind, ProxyKind),
    "method": (CheckMethod,),
    "outcome": (Outcome,),
    "purpose": (Purpose,),
    "reason": (
        RefusalReason,
        CancelReason,
        DeclineReason,
        ReturnReason,
        AppealReason,
        RevealReason,
    ),
    "role": (DeskRole, MemberRole),
    "side": (Side,),
}
# What rooms note as words of their own, by fact.
_SAID: dict[str, Mapping[str, Promise]] = {
    "channel": {
        "PHONE": pgettext_lazy("ledger fact", "phone"),
        "EMAIL": pgettext_lazy("ledger fact", "e-mail"),
    },
    "field": LABELS,
    "way": {
        "code": pgettext_lazy("ledger fact", "code"),
        "password": pgettext_lazy("ledger fact", "password"),
        "passkey": pgettext_lazy("ledger fact", "passkey"),
    },
    "what": {
        "area": pgettext_lazy("ledger fact", "area"),
        "categories": pgettext_lazy("ledger fact", "kinds of help"),
        "identity": pgettext_lazy("ledger fact", "identity"),
        "lesson": pgettext_lazy("ledger fact", "first lesson"),
        "limits": pgettext_lazy("ledger fact", "limits"),
        "skills": pgettext_lazy("ledger fact", "skills"),
        "windows": pgettext_lazy("ledger fact", "times"),
    },
    "scopes": {
        "read": pgettext_lazy("ledger fact", "read"),
        "write": pgettext_lazy("ledger fact", "act"),
    },
}


def words_of(name: str) -> str:
    """Return an event's name in words: ``offer.accepted`` is "offer: accepted"."""
    about, _dot, happened = name.partition(".")
    words = ABOUT.get(about, about), HAPPENED.get(happened, happened)
    return _("%(about)s: %(happened)s") % {"about": words[0], "happened": words[1]}


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return enumerated(_value(key, item) for item in value)
    kinds = (kind for kind in _CHOICES.get(key, ()) if value in kind.values)
    kind = next(kinds, None)
    if kind:
        return str(kind(value).label)
    return str(_SAID.get(key, {}).get(value, value))


def _facts(row: Event, table: str) -> Iterator[str]:
    """Yield what was noted with an event; a change of state in the words of the states."""
    data = dict(row.data)
    states = [data.pop(key) for key in ("source", "target") if key in data]
    if states:
        known = LOOKS.get(table, {})
        yield " → ".join(
            str(look_of(table, state).words) if state in known else str(state) for state in states
        )
    for key, value in data.items():
        yield f"{FACTS.get(key, key)}{colon()}{_value(key, value)}"


def line(row: Event) -> Line:
    """Return an event as the auditor reads it."""
    model = apps.get_model(row.subject_type)
    about = ABOUT.get(str(model._meta.model_name), row.subject_type)
    facts = list(_facts(row, model._meta.db_table))
    return Line(row, words_of(row.name), f"{about} {row.subject_id}", facts)
