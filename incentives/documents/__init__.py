"""Printed papers. Pure: what is printed comes in as plain data, a PDF goes out."""

from incentives.documents.proof import proof_pdf

__all__ = ["proof_pdf"]
