"""Fusion: a self-hosted team of coding agents. The kernel: what Fusion knows and decides."""

__version__ = "0.1.0"
