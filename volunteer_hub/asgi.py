"""The ASGI entry: what ``volunteer_hub.routing`` serves, if it may be served."""

from volunteer_hub.routing import application  # sets Django up, which all other imports need

from kernel.startup import require_at_entry  # isort: skip

__all__ = ["application"]

require_at_entry()
