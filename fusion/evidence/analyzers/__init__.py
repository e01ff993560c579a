"""The built-in analyzers, one module per tool; a module's docstring is its documentation page."""
