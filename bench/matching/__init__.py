"""What matching costs, and how good it is: ``python -m bench.matching``."""
