"""Fusion's inference worker: a deployable of its own, which shares a contract (JSON schemas) with Fusion and no code."""

__version__ = "0.1.0"
