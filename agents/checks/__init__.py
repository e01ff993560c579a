"""Checks: what the agents look for that no tool does, one module per kind. Pure."""
