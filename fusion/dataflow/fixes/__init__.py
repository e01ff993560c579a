"""Mechanical fixes: small edits of the source that take a weakness away."""
