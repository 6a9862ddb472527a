"""The words of a notice, made from its facts when it is read, in the language that is active."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.template import Context, engines
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext

from accounts.states import CredentialKind, DeskRole, ProxyKind
from kernel.references import spoken
from kernel.workdays import SHANGHAI
from notifications.models import Notice
from organizations.states import MemberRole
from rights.states import IncidentKind, Outcome


class Rendered(NamedTuple):
    """A notice in words: a line, and what can be done until when."""

    title: str
    text: str


_LABELS: dict[str, Any] = {
    "credential": CredentialKind,
    "proxy": ProxyKind,
    "role": DeskRole,
    "member": MemberRole,
    "incident": IncidentKind,
    "ruling": Outcome,
}


def _name(value: Any) -> str:
    """Return a name kept in both languages in the reader's."""
    if isinstance(value, Mapping):
        return str(value["en" if (get_language() or "").startswith("en") else "zh"])
    return str(value)


def _moment(value: str) -> str:
    local = datetime.fromisoformat(value).astimezone(SHANGHAI)
    return date_format(local, pgettext("format of a moment", "j F, H:i"))


def _day(value: str) -> str:
    return date_format(date.fromisoformat(value), pgettext("format of a day", "j F Y"))


_BY_NAME: dict[str, Callable[[Any], str]] = {"what": _name, "place": _name, "number": spoken}


def _shown(key: str, value: Any) -> Any:
    """Return a fact as a template shows it: instants as local times, codes as their words."""
    if not value:
        return value
    if key.endswith("_at") or key == "at":
        return _moment(value)
    if key.endswith("_on"):
        return _day(value)
    if key in _LABELS:
        return _LABELS[key](value).label
    return _BY_NAME[key](value) if key in _BY_NAME else value


def context_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates of a notice are given."""
    return {key: _shown(key, value) for key, value in facts.items()}


def _template(name: str, facts: Mapping[str, Any]) -> str:
    # Plain text: whoever shows it on a page escapes it there.
    template = engines["django"].engine.get_template(f"notifications/{name}")  # type: ignore[attr-defined]
    words: str = template.render(Context(context_of(facts), autoescape=False))
    return words.strip()


def rendered_facts(kind: str, facts: Mapping[str, Any]) -> Rendered:
    """Return the words of a notice of ``kind`` with these facts."""
    title, _line, text = _template(f"{kind}/inbox.txt", facts).partition("\n")
    lines = (line.strip() for line in text.splitlines())
    return Rendered(title.strip(), "\n".join(line for line in lines if line))


def rendered(notice: Notice) -> Rendered:
    """Return the words of ``notice`` in the language that is active."""
    return rendered_facts(notice.kind, notice.facts)


def short_words(kind: str, facts: Mapping[str, Any]) -> str:
    """Return a text message: at most 70 characters, no personal data beyond a time."""
    return _template(f"{kind}/sms.txt", facts)


def mail_words(kind: str, facts: Mapping[str, Any], link: str) -> str:
    """Return an e-mail: the subject as first line, the words, the link."""
    words = rendered_facts(kind, facts)
    return f"{words.title}\n\n{words.text}\n\n{settings.HUB_ORIGIN}{link}"
