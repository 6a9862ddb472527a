"""How much a request costs, beside the least it could cost: ``python -m bench``.

Not a test: figures depend on the machine, so only ratios measured in one run are quoted (``RESULTS.md``).
"""
