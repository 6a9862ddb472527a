"""What the database itself keeps true of cases."""

from kernel.guards import append_only

GUARDS = [append_only("rights_ruling", keys=("id", "ref"))]
