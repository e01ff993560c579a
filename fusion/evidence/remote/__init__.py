"""Analyzers away from this host: what is asked of the evidence service, and what its answers are worth."""
