"""Pages of the audience: console."""
