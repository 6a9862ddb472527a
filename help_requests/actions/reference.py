"""The service catalogue as reference data."""

import csv
from importlib.resources import files

from django.db import transaction

from help_requests.models import ServiceType


def _levels(text: str) -> dict[str, int]:
    pairs = (part.split(":") for part in text.split("|") if part)
    return {code: int(level) for code, level in pairs}


@transaction.atomic
def load_reference() -> int:
    """Write the catalogue of DOMAIN §3 and return its length; what it no longer has is not offered."""
    with (files("help_requests.data") / "service_types.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        ServiceType.objects.update_or_create(
            code=row["code"],
            defaults={
                "category": row["category"],
                "tile": row["tile"],
                "name_zh": row["name_zh"],
                "name_en": row["name_en"],
                "skills": _levels(row["skills"]),
                "credentials": [kind for kind in row["credentials"].split("|") if kind],
                "risk": row["risk"],
                "two_volunteers": row["two"] == "1",
                "remote": row["remote"] == "1",
                "usual_minutes": int(row["minutes"]),
                "insured": row["insured"] == "1",
                "adults_only": row["adults"] == "1",
                "guardian_needed": row["guardian"] == "1",
                "national_code": row["national"],
                "is_active": True,
            },
        )
    ServiceType.objects.exclude(code__in=[row["code"] for row in rows]).update(is_active=False)
    return len(rows)
