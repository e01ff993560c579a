"""Where text of a repository may go, by the repository's own policy. Pure.

A prompt goes only where its most private part may. Paths are compared as `.gitignore` does, and once more without regard to
capitals and to how accents are composed: a file that keeps its name in other bytes keeps its home. What cannot be told stays.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from pathspec import GitIgnoreSpec

from fusion.changes.patterns import spec as path_spec
from fusion.model import Source
from fusion.policy.rules import Models
from fusion.routing.catalogue import Endpoint, Visibility


def kept_local(patterns: tuple[str, ...], sources: Sequence[Source]) -> str:
    """Why the prompt stays on the operator's own machines, as half a sentence; empty when it need not."""
    if not patterns:
        return ""
    if not sources:
        # Text may be derived from a local file; who does not say what is in it cannot send it away.
        return "policy keeps some paths local, and the prompt does not say which it carries"
    try:
        spec, folded = _specs(patterns)
    except ValueError:
        return "policy keeps paths local by a pattern that cannot be read"
    for source in sources:
        if spec.match_file(source.path) or folded.match_file(_folded(source.path)):
            return f"policy keeps {source.path} local"
    return ""


def kept_by(patterns: tuple[str, ...], sources: Sequence[Source]) -> str:
    """The pattern by which text of those sources stays on the operator's own machines; empty when it need not."""
    if not kept_local(patterns, sources):
        return ""
    # By itself no pattern may keep it: the prompt does not say what it carries, or one cannot be read.
    return next((one for one in patterns if kept_local((one,), sources)), patterns[0])


def refusal(endpoint: Endpoint, models: Models, sources: Sequence[Source], visibility: Visibility) -> str:
    """Why a prompt must not go to an endpoint, as half a sentence; empty when it may."""
    if endpoint.visibility and visibility not in endpoint.visibility:
        return f"it is for {' and '.join(endpoint.visibility)} repositories, and this one is {visibility}"
    if endpoint.local:
        return ""
    if why := kept_local(models.local, sources):
        return why
    if not is_allowed(endpoint, models):
        where = f"is in {endpoint.region}" if endpoint.region else "does not say its region"
        return f"it {where}, and policy allows {', '.join(models.regions)}"
    return ""


def is_allowed(endpoint: Endpoint, models: Models) -> bool:
    """Whether policy allows the endpoint's region."""
    return not models.regions or _region(endpoint.region) in {_region(region) for region in models.regions}


@lru_cache(maxsize=256)
def _specs(patterns: tuple[str, ...]) -> tuple[GitIgnoreSpec, GitIgnoreSpec]:
    return path_spec(patterns), path_spec([_folded(pattern) for pattern in patterns])


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _region(name: str) -> str:
    """Azure shows `Sweden Central` and takes `swedencentral`."""
    return name.casefold().replace(" ", "")
