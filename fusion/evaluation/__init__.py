"""Measuring the data-flow analysis, and other tools beside it, on files that somebody has labelled."""
