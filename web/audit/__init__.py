"""The face of the auditor: the ledger, who looked at what, and whether the chain is whole."""
