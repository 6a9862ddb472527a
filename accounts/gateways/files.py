"""Uploaded papers: looked at, cleaned, sealed with the person's key, and only then written to disk.

A photo is drawn anew from its pixels, so that where it was taken (EXIF, XMP) and whatever else hides in
it is gone. Nothing is accepted that unpacks: pictures and PDF only.
"""

import io
import re
import warnings
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from kernel import vault
from kernel.models import PersonKey
from kernel.references import new_ref
from kernel.refusals import Invalid

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000  # a phone's largest photo; what claims more is a flood
VERSION = b"\x01"
TYPES = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
# By their first bytes: what a file is called says nothing.
MAGIC = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"%PDF-": "pdf"}
FORMATS = {"jpg": "JPEG", "png": "PNG"}
NAME = re.compile(r"[\w-]{22}\.(jpg|png|pdf)")


def clean(content: bytes, *, field: str = "file") -> tuple[bytes, str]:
    """Return what is kept of an upload, and its kind ("jpg", "png", "pdf").

    Raises ``Invalid``: ``empty_file``, ``file_too_big`` (over 5 MB), ``wrong_file_type``,
    ``broken_picture``, ``picture_too_big`` (over 40 million pixels).
    """
    if not content:
        raise Invalid("empty_file", _("This file is empty."), field=field)
    if len(content) > MOST_BYTES:
        raise Invalid("file_too_big", _("A file may have at most 5 MB."), field=field)
    kind = next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), None)
    if kind is None:
        raise Invalid("wrong_file_type", _("Choose a JPEG, PNG or PDF file."), field=field)
    return (content if kind == "pdf" else _redraw(content, kind, field=field)), kind


def _redraw(content: bytes, kind: str, *, field: str) -> bytes:
    """Return the picture's pixels and nothing else; its size is read before a pixel is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # judged below
            picture = Image.open(io.BytesIO(content), formats=[FORMATS[kind]])
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid("picture_too_big", _("This picture is too large."), field=field)
            upright = ImageOps.exif_transpose(picture)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Invalid("broken_picture", _("This picture cannot be opened."), field=field) from None
    except Image.DecompressionBombError:
        raise Invalid("picture_too_big", _("This picture is too large."), field=field) from None
    bare = Image.new("RGB", upright.size, "white")
    layer = upright.convert("RGBA")
    bare.paste(layer, mask=layer)
    target = io.BytesIO()
    bare.save(target, FORMATS[kind], **({"quality": 88} if kind == "jpg" else {}))
    return target.getvalue()


def _path(name: str) -> Path:
    if not NAME.fullmatch(name):
        raise ValueError(name)
    return Path(settings.MEDIA_ROOT) / "papers" / f"{name}.sealed"


def keep(content: bytes, *, key: PersonKey) -> str:
    """Clean and seal an upload under the person's ``key``; returns the name it is found by.

    Raises what ``clean`` raises. A file whose row is rolled back afterwards stays behind sealed, and
    nobody's.
    """
    plain, kind = clean(content)
    name = f"{new_ref()}.{kind}"
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    part.write_bytes(VERSION + vault.seal(key.opened(), plain, f"paper {name}"))
    part.replace(path)
    return name


def read(name: str, *, key: PersonKey) -> tuple[bytes, str]:
    """Return the content and its media type; raises ``PersonKey.Destroyed`` after erasure."""
    token = _path(name).read_bytes()
    plain = vault.unseal(key.opened(), token[len(VERSION) :], f"paper {name}")
    return plain, TYPES[name.rpartition(".")[2]]


def forget(name: str) -> None:
    """Delete a kept file; asked again, nothing happens."""
    _path(name).unlink(missing_ok=True)
