"""Addresses of the auditor."""

from django.urls import path

from web.audit import ledger

urlpatterns = [
    path("audit/", ledger.ledger, name="audit"),
    path("audit/reveals/", ledger.reveals, name="audit-reveals"),
    path("audit/chain/", ledger.chain, name="audit-chain"),
]
