"""Regular expressions: which texts they match, and what a match shows."""
