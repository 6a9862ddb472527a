"""Rows of the tree that are not where they say."""

from collections.abc import Iterator

from regions.models import Region


def broken() -> Iterator[tuple[str, str]]:
    """Yield regions whose path is not their parent's and their own code: "inside" would be wrong."""
    for region in Region.objects.select_related("parent").order_by("pk"):
        above = region.parent.path if region.parent else "/"
        if region.path != f"{above}{region.code}/":
            yield "I12", f"regions_region#{region.pk}: {region.path} is not inside {above}"
