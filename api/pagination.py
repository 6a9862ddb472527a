"""Pages by cursor: no row is seen twice or missed while others are added."""

from rest_framework.pagination import CursorPagination


class ByCursor(CursorPagination):
    """Newest first, 25 a page, at most 100 by ``page_size``."""

    ordering = "-pk"
    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"
