"""Pages of the audience: review."""
