"""What all audiences share: the base of pages, forms, tags, middleware."""
