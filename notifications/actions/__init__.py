"""What happens when people are told: the only writers of this room's tables, by subject."""

from notifications.actions.choosing import (
    mark_all_read,
    mark_read,
    set_preferences,
    set_quiet_hours,
    set_telling,
)
from notifications.actions.reminding import mention_expiring, remind
from notifications.actions.sending import (
    claim_message,
    forget_messages,
    give_up,
    note_failed,
    note_sent,
    try_message_again,
)
from notifications.actions.telling import tell, tell_of, text_resident, write_code

__all__ = [
    "claim_message",
    "forget_messages",
    "give_up",
    "mark_all_read",
    "mark_read",
    "mention_expiring",
    "note_failed",
    "note_sent",
    "remind",
    "set_preferences",
    "set_quiet_hours",
    "set_telling",
    "tell",
    "tell_of",
    "text_resident",
    "try_message_again",
    "write_code",
]
