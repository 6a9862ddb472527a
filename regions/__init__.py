"""regions (地): the administrative tree, and 'is this inside that'; registers of service points."""
