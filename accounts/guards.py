"""What the database itself keeps true of people."""

from kernel.guards import (
    Guard,
    append_only,
    frozen_when,
    lite_refusal,
    lite_trigger,
    pg_function,
    pg_refusal,
    pg_trigger,
)

DECISION = ("ref", "user_id", "resident_id", "purpose", "text_version", "given_at", "given_by_id")


def decisions_stay() -> Guard:
    """What was allowed, by whom and when, is never rewritten or deleted; it can only be withdrawn."""
    name, table = "accounts_consent_stays", "accounts_consent"
    changed = " OR ".join(f"NEW.{column} IS {{}} OLD.{column}" for column in DECISION)
    refuse = f"SELECT {lite_refusal(name)}"
    return Guard(
        name,
        table,
        postgresql=(
            pg_function(
                name,
                f"""BEGIN
                IF TG_OP <> 'UPDATE' THEN {pg_refusal(name)}
                ELSIF {changed.format(*["DISTINCT FROM"] * len(DECISION))} THEN {pg_refusal(name)}
                END IF;
                RETURN NEW;
                END""",
            ),
            pg_trigger(name, table, "BEFORE UPDATE OR DELETE"),
            pg_trigger(name, table, "BEFORE TRUNCATE", each="STATEMENT", suffix="_truncate"),
        ),
        sqlite=(
            lite_trigger(
                name,
                table,
                "BEFORE UPDATE",
                refuse,
                if_=f"({changed.format(*['NOT'] * len(DECISION))})",
            ),
            lite_trigger(name, table, "BEFORE DELETE", refuse),
            lite_trigger(
                name,
                table,
                "BEFORE INSERT",
                refuse,
                if_="EXISTS (SELECT 1 FROM accounts_consent WHERE id = NEW.id OR ref = NEW.ref)",
            ),
        ),
    )


GUARDS = [
    append_only("accounts_reveal"),
    append_only("accounts_codeuse", keys=("id", "nonce")),
    decisions_stay(),
    # A decision once withdrawn is history altogether.
    frozen_when("accounts_consent", "{row}.withdrawn_at IS NOT NULL", keys=("id", "ref")),
]
