"""web (网页): pages and forms."""
