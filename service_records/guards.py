"""What the database itself keeps true of service records."""

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

RECORD = "service_records_servicerecord"
DAY = "service_records_daytotal"
MIDNIGHT = "service_records_record_one_day"
COUNTED = "service_records_day_counted"

# Minutes of one volunteer on one day: every record that is neither turned down nor corrected.
SUM = f"""(SELECT coalesce(sum(r.minutes), 0) FROM {RECORD} r
    WHERE r.volunteer_id = {{row}}.volunteer_id AND r.service_on = {{row}}.service_on
      AND r.state <> 'RETURNED'
      AND NOT EXISTS (SELECT 1 FROM {RECORD} later WHERE later.corrects_id = r.id))"""

# The local day (Asia/Shanghai has had no summer time since 1991) of both ends is the record's.
PG_DAY = "(({} - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date"
PG_WRONG = (
    "(NEW.starts_at AT TIME ZONE 'Asia/Shanghai')::date <> NEW.service_on OR "
    f"(NEW.ends_at > NEW.starts_at AND {PG_DAY.format('NEW.ends_at')} <> NEW.service_on)"
)
LITE_WRONG = (
    "date(NEW.starts_at, '+8 hours') <> NEW.service_on OR (NEW.ends_at > NEW.starts_at "
    "AND date(NEW.ends_at, '+8 hours', '-0.001 seconds') <> NEW.service_on)"
)

one_day = Guard(
    MIDNIGHT,
    RECORD,
    postgresql=(
        pg_function(
            MIDNIGHT,
            f"BEGIN IF {PG_WRONG} THEN {pg_refusal(MIDNIGHT)} END IF; RETURN NEW; END",
        ),
        pg_trigger(MIDNIGHT, RECORD, "BEFORE INSERT OR UPDATE OF starts_at, ends_at, service_on"),
    ),
    sqlite=tuple(
        lite_trigger(MIDNIGHT, RECORD, when, f"SELECT {lite_refusal(MIDNIGHT)}", if_=LITE_WRONG)
        for when in ("BEFORE INSERT", "BEFORE UPDATE OF starts_at, ends_at, service_on")
    ),
)

_WRITE = f"""INSERT INTO {DAY} (volunteer_id, day, minutes)
    VALUES (NEW.volunteer_id, NEW.service_on, {SUM.format(row="NEW")})
    ON CONFLICT (volunteer_id, day) DO UPDATE SET minutes = excluded.minutes"""

# Counted anew with every record of the day, never added to; the row's CHECK refuses more than 24 h.
day_counted = Guard(
    COUNTED,
    RECORD,
    postgresql=(
        pg_function(COUNTED, f"BEGIN {_WRITE}; RETURN NULL; END"),
        pg_trigger(COUNTED, RECORD, "AFTER INSERT OR UPDATE OF minutes, state, service_on"),
    ),
    sqlite=tuple(
        lite_trigger(COUNTED, RECORD, when, _WRITE)
        for when in ("AFTER INSERT", "AFTER UPDATE OF minutes, state, service_on")
    ),
)

GUARDS = [
    one_day,
    day_counted,
    frozen_when(RECORD, "{row}.state = 'APPROVED'", keys=("id", "ref", "number")),
    append_only("service_records_hoursreview", keys=("id", "ref")),
    append_only("service_records_codestep"),
]
