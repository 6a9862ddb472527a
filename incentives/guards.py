"""What the database itself keeps true of points and proofs."""

from kernel.guards import (
    Guard,
    append_only,
    lite_refusal,
    lite_trigger,
    pg_function,
    pg_refusal,
    pg_trigger,
)

ENTRY, ACCOUNT = "incentives_pointentry", "incentives_pointaccount"
POSTED, BALANCED = "incentives_entry_posted", "incentives_balance_is_recomputed"

_SUM = f"""(SELECT coalesce(sum(CASE WHEN e.credit_id = NEW.id THEN e.amount ELSE -e.amount END), 0)
    FROM {ENTRY} e WHERE e.credit_id = NEW.id OR e.debit_id = NEW.id)"""

# An entry moves both balances, in the order of the keys: two that cross do not wait for each other.
posted = Guard(
    POSTED,
    ENTRY,
    postgresql=(
        pg_function(
            POSTED,
            f"""BEGIN
            PERFORM 1 FROM {ACCOUNT} WHERE id IN (NEW.debit_id, NEW.credit_id)
                ORDER BY id FOR NO KEY UPDATE;
            UPDATE {ACCOUNT} SET balance = balance - NEW.amount WHERE id = NEW.debit_id;
            UPDATE {ACCOUNT} SET balance = balance + NEW.amount WHERE id = NEW.credit_id;
            RETURN NULL;
            END""",
        ),
        pg_trigger(POSTED, ENTRY, "AFTER INSERT"),
    ),
    sqlite=(
        lite_trigger(
            POSTED,
            ENTRY,
            "AFTER INSERT",
            f"SELECT {lite_refusal(POSTED)} WHERE typeof(NEW.amount) <> 'integer'; "
            f"UPDATE {ACCOUNT} SET balance = balance - NEW.amount WHERE id = NEW.debit_id; "
            f"UPDATE {ACCOUNT} SET balance = balance + NEW.amount WHERE id = NEW.credit_id",
        ),
    ),
)

# A balance is never written by hand: it is what the entries add up to.
balanced = Guard(
    BALANCED,
    ACCOUNT,
    postgresql=(
        pg_function(
            BALANCED,
            f"BEGIN IF NEW.balance <> {_SUM} THEN {pg_refusal(BALANCED)} END IF; RETURN NEW; END",
        ),
        pg_trigger(BALANCED, ACCOUNT, "BEFORE INSERT OR UPDATE OF balance"),
    ),
    sqlite=(
        lite_trigger(
            BALANCED,
            ACCOUNT,
            "AFTER INSERT",
            f"SELECT {lite_refusal(BALANCED)}",
            if_=f"NEW.balance <> {_SUM}",
        ),
        lite_trigger(
            BALANCED,
            ACCOUNT,
            "BEFORE UPDATE OF balance",
            f"SELECT {lite_refusal(BALANCED)}",
            if_=f"NEW.balance <> {_SUM}",
        ),
    ),
)

GUARDS = [
    posted,
    balanced,
    append_only(ENTRY, keys=("id", "ref", "once")),
    append_only("incentives_proofline"),
]
