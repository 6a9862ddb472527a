"""Reading this room: inboxes and choices, the words of notices, and what an event is about."""

from notifications.queries.audiences import Told, guardian_of, side_of, told
from notifications.queries.inbox import (
    addresses_of,
    cursor_of,
    due_messages,
    inbox_of,
    newest_notices,
    not_told,
    notices_after,
    notices_for,
    outbox,
    preferences_of,
    quiet_hours_of,
    session_hashes,
    sessions_alive,
    unread_count,
)
from notifications.queries.persons import credential_facts
from notifications.queries.scenes import scene_of
from notifications.queries.stage import (
    OPENING,
    TASK,
    Scene,
    moment,
    opening_facts,
    visit_facts,
)
from notifications.queries.words import (
    Rendered,
    mail_words,
    rendered,
    rendered_facts,
    short_words,
)

__all__ = [
    "OPENING",
    "TASK",
    "Rendered",
    "Scene",
    "Told",
    "addresses_of",
    "credential_facts",
    "cursor_of",
    "due_messages",
    "guardian_of",
    "inbox_of",
    "mail_words",
    "moment",
    "newest_notices",
    "not_told",
    "notices_after",
    "notices_for",
    "opening_facts",
    "outbox",
    "preferences_of",
    "quiet_hours_of",
    "rendered",
    "rendered_facts",
    "scene_of",
    "session_hashes",
    "sessions_alive",
    "short_words",
    "side_of",
    "told",
    "unread_count",
    "visit_facts",
]
