"""What the database itself keeps true of openings and assignments."""

from kernel.guards import (
    Guard,
    append_only,
    lite_refusal,
    lite_trigger,
    pg_function,
    pg_refusal,
    pg_trigger,
    same_as_parent,
)

LIVE = "('LIVE', 'CHECKED_IN')"
COUNT = f"(SELECT count(*) FROM matching_assignment WHERE opening_id = {{}} AND state IN {LIVE})"

# A clash of the assignment NEW with another one of the same volunteer; back to back is none.
CLASH = f"""EXISTS (
    SELECT 1 FROM matching_assignment other
      JOIN matching_opening theirs ON theirs.id = other.opening_id
      JOIN matching_opening mine ON mine.id = NEW.opening_id
     WHERE other.volunteer_id = NEW.volunteer_id AND other.state IN {LIVE}
       AND (NEW.id IS NULL OR other.id <> NEW.id)
       AND theirs.starts_at < mine.ends_at AND mine.starts_at < theirs.ends_at)"""

# The same, asked when the opening NEW moves.
CLASH_OF_MOVE = f"""EXISTS (
    SELECT 1 FROM matching_assignment mine
      JOIN matching_assignment other
        ON other.volunteer_id = mine.volunteer_id AND other.id <> mine.id
      JOIN matching_opening theirs ON theirs.id = other.opening_id
     WHERE mine.opening_id = NEW.id AND mine.state IN {LIVE} AND other.state IN {LIVE}
       AND theirs.id <> NEW.id
       AND theirs.starts_at < NEW.ends_at AND NEW.starts_at < theirs.ends_at)"""

NO_OVERLAP = "matching_assignment_no_overlap"
NO_OVERLAP_MOVED = "matching_opening_no_overlap"
COUNTED = "matching_assignment_counted"
FILLED = "matching_opening_filled"

# PostgreSQL: locks before looks, in the order the actions take them (opening, then volunteer). The
# lock and the look are two statements: in READ COMMITTED the second one sees what the wait was for.
no_overlap = Guard(
    NO_OVERLAP,
    "matching_assignment",
    postgresql=(
        pg_function(
            NO_OVERLAP,
            f"""BEGIN
            IF NEW.state NOT IN {LIVE} THEN RETURN NEW; END IF;
            PERFORM 1 FROM matching_opening WHERE id = NEW.opening_id FOR NO KEY UPDATE;
            PERFORM 1 FROM accounts_volunteerprofile WHERE user_id = NEW.volunteer_id
                FOR NO KEY UPDATE;
            IF NOT FOUND THEN {pg_refusal(NO_OVERLAP)} END IF;
            IF {CLASH} THEN {pg_refusal(NO_OVERLAP)} END IF;
            RETURN NEW;
            END""",
        ),
        pg_trigger(
            NO_OVERLAP,
            "matching_assignment",
            "BEFORE INSERT OR UPDATE OF state, opening_id, volunteer_id",
        ),
    ),
    sqlite=tuple(
        lite_trigger(
            NO_OVERLAP,
            "matching_assignment",
            when,
            f"SELECT {lite_refusal(NO_OVERLAP)} WHERE {CLASH}",
            if_=f"NEW.state IN {LIVE}",
        )
        for when in ("AFTER INSERT", "AFTER UPDATE OF state, opening_id, volunteer_id")
    ),
)

no_overlap_by_moving = Guard(
    NO_OVERLAP_MOVED,
    "matching_opening",
    postgresql=(
        pg_function(
            NO_OVERLAP_MOVED,
            f"""BEGIN
            PERFORM 1 FROM accounts_volunteerprofile WHERE user_id IN (
                SELECT volunteer_id FROM matching_assignment
                 WHERE opening_id = NEW.id AND state IN {LIVE})
                ORDER BY id FOR NO KEY UPDATE;
            IF {CLASH_OF_MOVE} THEN {pg_refusal(NO_OVERLAP_MOVED)} END IF;
            RETURN NEW;
            END""",
        ),
        pg_trigger(NO_OVERLAP_MOVED, "matching_opening", "BEFORE UPDATE OF starts_at, ends_at"),
    ),
    sqlite=(
        lite_trigger(
            NO_OVERLAP_MOVED,
            "matching_opening",
            "BEFORE UPDATE OF starts_at, ends_at",
            f"SELECT {lite_refusal(NO_OVERLAP_MOVED)} WHERE {CLASH_OF_MOVE}",
        ),
    ),
)

# The counter is counted anew under the opening's lock, never added to: it cannot drift.
counted = Guard(
    COUNTED,
    "matching_assignment",
    postgresql=(
        pg_function(
            COUNTED,
            f"""DECLARE touched bigint;
            BEGIN
            FOR touched IN SELECT DISTINCT o.id FROM matching_opening o
                WHERE o.id = CASE WHEN TG_OP = 'INSERT' THEN NEW.opening_id ELSE OLD.opening_id END
                   OR o.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.opening_id ELSE NEW.opening_id END
                ORDER BY o.id
            LOOP
                PERFORM 1 FROM matching_opening WHERE id = touched FOR NO KEY UPDATE;
                UPDATE matching_opening SET filled = {COUNT.format("touched")}
                 WHERE id = touched AND filled <> {COUNT.format("touched")};
            END LOOP;
            RETURN NULL;
            END""",
        ),
        pg_trigger(
            COUNTED, "matching_assignment", "AFTER INSERT OR DELETE OR UPDATE OF state, opening_id"
        ),
    ),
    sqlite=tuple(
        lite_trigger(
            COUNTED,
            "matching_assignment",
            when,
            "; ".join(
                f"UPDATE matching_opening SET filled = {COUNT.format(f'{row}.opening_id')} "
                f"WHERE id = {row}.opening_id"
                for row in rows
            ),
        )
        for when, rows in {
            "AFTER INSERT": ["NEW"],
            "AFTER DELETE": ["OLD"],
            "AFTER UPDATE OF state, opening_id": ["OLD", "NEW"],
        }.items()
    ),
)

filled_is_counted = Guard(
    FILLED,
    "matching_opening",
    postgresql=(
        pg_function(
            FILLED,
            f"""BEGIN
            IF NEW.filled <> {COUNT.format("NEW.id")} THEN {pg_refusal(FILLED)} END IF;
            RETURN NEW;
            END""",
        ),
        pg_trigger(FILLED, "matching_opening", "BEFORE INSERT OR UPDATE OF filled"),
    ),
    sqlite=tuple(
        lite_trigger(
            FILLED,
            "matching_opening",
            when,
            f"SELECT {lite_refusal(FILLED)}",
            if_=f"NEW.filled <> {COUNT.format('NEW.id')}",
        )
        for when in ("AFTER INSERT", "BEFORE UPDATE OF filled")
    ),
)

GUARDS = [
    no_overlap,
    no_overlap_by_moving,
    counted,
    filled_is_counted,
    append_only("matching_weighing", keys=("id", "ref", "number")),
    same_as_parent("matching_opening", "region_id", parent="help_requests_visit", key="visit_id"),
    same_as_parent("matching_opening", "region_id", parent="organizations_shift", key="shift_id"),
    same_as_parent(
        "matching_opening", "organization_id", parent="organizations_shift", key="shift_id"
    ),
]
