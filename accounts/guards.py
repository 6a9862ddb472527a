"""What the database itself keeps true of people."""

from kernel.guards import append_only, frozen_when

GUARDS = [
    append_only("accounts_reveal"),
    append_only("accounts_codeuse", keys=("id", "nonce")),
    # A decision once withdrawn is history.
    frozen_when("accounts_consent", "{row}.withdrawn_at IS NOT NULL", keys=("id", "ref")),
]
