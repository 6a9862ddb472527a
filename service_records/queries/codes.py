"""The rotating code of a shift."""

from datetime import datetime

from kernel import vault
from organizations.models import Shift
from service_records import rules


def step_at(now: datetime) -> int:
    """Return the number of the rotating code's step at ``now``."""
    return int(now.timestamp()) // rules.STEP_SECONDS


def code_at(shift: Shift, step: int) -> str:
    """Return the six digits of a step; who has only the database cannot make them."""
    return f"{int(vault.blind('rotating-code', f'{shift.ref} {step}')[:12], 16) % 10**6:06d}"


def rotating_code(shift: Shift, *, now: datetime) -> tuple[str, int]:
    """Return the code on the coordinator's screen and for how many seconds it stays."""
    return code_at(shift, step_at(now)), rules.STEP_SECONDS - int(
        now.timestamp()
    ) % rules.STEP_SECONDS
