"""Checks over what the forge tells of a repository: its settings, who may do what, and what came in lately."""
