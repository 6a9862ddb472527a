"""Pages by cursor: no row is seen twice or missed while others are added."""

from base64 import b64decode
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination


class ByCursor(CursorPagination):
    """Newest first unless the view says otherwise, 25 a page, at most 100 by ``page_size``."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"

    def decode_cursor(self, request: Any) -> Any:
        """Return where the page begins; what no page gave is said, not passed over."""
        word = request.query_params.get(self.cursor_query_param, "")
        try:
            b64decode(word, validate=True)
            return super().decode_cursor(request)
        except (ValueError, NotFound):
            said = {self.cursor_query_param: [_("This cursor was not given by a page.")]}
            raise ValidationError(said, code="bad_cursor") from None

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """Return the unique column that the view's rows are walked along."""
        return (view.ordering,)
