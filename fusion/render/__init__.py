"""Render: a Review as people and machines read it. One module per format; each is a plugin (`fusion.formats`)."""

from __future__ import annotations

from typing import Protocol

from fusion.model import Review


class Format(Protocol):
    """One way to write a review down. Pure: the same review gives the same text."""

    name: str
    media_type: str

    def render(self, review: Review) -> str:
        """The whole document."""
        ...
