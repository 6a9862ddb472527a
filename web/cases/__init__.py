"""Pages of the audience: cases."""
