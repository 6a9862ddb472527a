"""What the database itself keeps true of visits."""

from kernel.guards import same_as_parent

GUARDS = [
    same_as_parent(
        "help_requests_visit", "region_id", parent="help_requests_helprequest", key="request_id"
    ),
]
