"""Pages of the audience: resident."""
