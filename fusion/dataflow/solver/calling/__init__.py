"""Calls: what they are given, which function they mean, and what libraries do."""
