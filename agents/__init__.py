"""The agents: one module each, whose docstring is its documentation page."""
