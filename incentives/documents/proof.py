"""The service record proof (志愿服务记录证明) as a tagged PDF/UA-1."""

import io
import json
from importlib.resources import as_file, files
from typing import Any

import segno
import typst

TEMPLATE = "proof.typ"


def _qr(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, scale=1, xmldecl=False)
    return out.getvalue().decode()


def proof_pdf(content: dict[str, Any], *, words: dict[str, str], address: str) -> bytes:
    """Return the PDF of a proof: ``content`` as it was signed, ``words`` in the reader's language,
    ``address`` of the page that verifies it (printed, and in the QR code)."""
    data = {"content": content, "words": words, "address": address, "qr": _qr(address)}
    folder = files("incentives.documents")
    with as_file(folder / TEMPLATE) as template, as_file(folder / "fonts") as fonts:
        return bytes(
            typst.compile(
                str(template),
                format="pdf",
                font_paths=[str(fonts)],
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                pdf_standards=["ua-1"],
            )
        )
