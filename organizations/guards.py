"""What the database itself keeps true of organizations."""

from kernel.guards import same_as_parent

_OF_PROJECT = {"parent": "organizations_project", "key": "project_id"}

GUARDS = [
    same_as_parent("organizations_shift", "organization_id", **_OF_PROJECT),
    same_as_parent("organizations_shift", "region_id", **_OF_PROJECT),
]
