"""The face of who takes calls: find the caller, ask for them, look only with a reason."""
