"""accounts (人): who people are and what they may do."""
