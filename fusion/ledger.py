"""The ledger: the life of a finding across the pushes of one branch or pull request."""

from __future__ import annotations

from fusion.fingerprint import fingerprints

__all__ = ["fingerprints"]
