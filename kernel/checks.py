"""One rule for the button and the deed."""

from collections.abc import Callable
from typing import Any

from kernel.refusals import Refusal


def refusal_of(check: Callable[..., None], **facts: Any) -> Refusal | None:
    """Return what ``check`` would raise on these facts, or None."""
    try:
        check(**facts)
    except Refusal as refusal:
        return refusal
    return None


def allowed(check: Callable[..., None], **facts: Any) -> bool:
    """Say whether ``check`` would let it pass."""
    return refusal_of(check, **facts) is None
