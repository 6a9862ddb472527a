"""Pages by cursor: no row is seen twice or missed while others are added."""

from typing import Any

from rest_framework.pagination import CursorPagination


class ByCursor(CursorPagination):
    """Newest first unless the view says otherwise, 25 a page, at most 100 by ``page_size``."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """Return the unique column that the view's rows are walked along."""
        return (view.ordering,)
