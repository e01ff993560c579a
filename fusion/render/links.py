"""Where a click on a place leads: the file on GitHub for a pull request, the file on disk for a local review."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from fusion.model import Location, Review, Side
from fusion.render.phrases import github_repository, is_commit


def link_to(location: Location, review: Review, root: Path | None) -> str:
    """The address of a place, percent-encoded; empty where there is nothing to open."""
    path = relative_uri(location.path)
    revision = review.head if location.side is Side.RIGHT else review.base
    if github_repository(review) and is_commit(revision):
        return f"https://github.com/{github_repository(review)}/blob/{revision}/{path}#L{location.line}"
    if root is not None and location.side is Side.RIGHT and ".." not in location.path.split("/"):
        return f"{root.absolute().as_uri()}/{path}#L{location.line}"
    return ""


def relative_uri(path: str) -> str:
    """A repository path as a relative URI reference (RFC 3986): everything but unreserved characters percent-encoded.

    A colon is encoded too, so that the first segment can never be read as a scheme.
    """
    return quote(path.encode("utf-8", "surrogateescape").lstrip(b"/"), safe="/-._~")
