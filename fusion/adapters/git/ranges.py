"""Which two commits a request for a range means.

`A..B` compares the two as they are, as `git diff A..B` does. `A...B` compares B with the merge base of both, so that what
happened on A meanwhile is not part of it. One revision `A`: what HEAD adds to A, or where A is ahead of HEAD, or HEAD is on
the default branch and A is not part of it, what A adds to HEAD; `HEAD` by itself is the last commit. Nothing given: what HEAD
adds to the default branch. On the default branch itself: what it adds to its upstream, else the last commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fusion.adapters.git.quarantine import Quarantine
from fusion.adapters.git.repository import Repository
from fusion.errors import UserError
from fusion.model import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Commit ids (`base` is empty for a first commit) and what the reader should know about how they were chosen."""

    base: str
    head: str
    title: str
    notes: tuple[str, ...] = ()


def resolve(quarantine: Quarantine, request: Request) -> Range:
    """The range that a request means; one that is typed as a whole may stand in `base` or in `head`. Raises UserError."""
    base, head = request.base.strip(), request.head.strip()
    if base and head:
        return _between(quarantine, base, head, merge=False)
    typed = base or head
    for dots in ("...", ".."):
        if dots in typed:
            base, _, head = typed.partition(dots)
            return _between(quarantine, base or "HEAD", head or "HEAD", merge=dots == "...")
    return _one(quarantine, typed) if typed else _default(quarantine)


def _between(quarantine: Quarantine, base: str, head: str, *, merge: bool) -> Range:
    require = quarantine.repository.require
    base_id, head_id = require(base), require(head)
    if not merge:
        return Range(base=base_id, head=head_id, title=f"{head} against {base}")
    common = _common(quarantine, base, base_id, head, head_id)
    return Range(base=common, head=head_id, title=f"{head} against {base} (merge base {common[:7]})")


def _one(quarantine: Quarantine, revision: str) -> Range:
    repository = quarantine.repository
    id, head_id = repository.require(revision), repository.require("HEAD")
    if revision == "HEAD":
        return _last(quarantine, head_id, "a single revision HEAD means that")
    common = _common(quarantine, revision, id, "HEAD", head_id)
    here = repository.branch_name or "HEAD"
    ahead = id not in (common, head_id) and (common == head_id or _Default.of(repository).is_current)
    base, head, head_id = (here, revision, id) if ahead else (revision, here, head_id)
    return Range(base=common, head=head_id, title=f"{head} against {base} (merge base {common[:7]})")


def _common(quarantine: Quarantine, base: str, base_id: str, head: str, head_id: str) -> str:
    common = quarantine.merge_base(base_id, head_id)
    if common is not None:
        return common
    if quarantine.repository.shallow:
        raise UserError(
            f"This clone is shallow and ends before {base} and {head} meet:"
            " git fetch --deepen=100 (or --unshallow) brings the commits that are missing."
        )
    raise UserError(f"{base} and {head} have no history in common: {base}..{head} compares them as they are.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Default:
    """The default branch: its ref, or None where none is known; all refs that were looked at, and the upstream of HEAD."""

    ref: str | None
    refs: Mapping[str, tuple[str, str]]
    upstream: str
    is_current: bool

    @classmethod
    def of(cls, repository: Repository) -> _Default:
        configured = repository.settings.get("init.defaultbranch", "")
        names = list(dict.fromkeys(name for name in (configured, "main", "master", "trunk") if name))
        upstream = _upstream(repository)
        usual = [f"refs/{place}/{name}" for name in names for place in ("remotes/origin", "heads")]
        refs = repository.refs(["refs/remotes/origin/HEAD", *usual, *filter(None, (upstream, repository.branch))])
        # What the origin calls so, then the names that are usual.
        target = refs.get("refs/remotes/origin/HEAD", ("", ""))[1]
        ref = target or next((name for name in usual if name in refs), None)
        is_current = ref is not None and bool(repository.branch) and _name(ref) == repository.branch_name
        return cls(ref=ref, refs=refs, upstream=upstream if upstream in refs else "", is_current=is_current)


def _default(quarantine: Quarantine) -> Range:
    repository = quarantine.repository
    head_id = repository.require("HEAD")
    default = _Default.of(repository)
    # On the default branch only what its upstream does not have yet counts.
    against = (default.upstream or None) if default.is_current else default.ref
    if against is not None:
        against_id = default.refs[against][0] if against in default.refs else repository.require(against)
        here = repository.branch_name or "HEAD"
        common = _common(quarantine, _short(against), against_id, here, head_id)
        # A branch of its own with nothing new: nothing is what there is to review.
        if common != head_id or (repository.branch and not default.is_current):
            return Range(base=common, head=head_id, title=f"{here} against {_short(against)} (merge base {common[:7]})")
    if default.ref is None:
        why = "no default branch was found"
    elif default.is_current:
        why = f"{repository.branch_name} is the default branch and not ahead of an upstream"
    else:
        why = f"HEAD is part of {_short(default.ref)}"
    return _last(quarantine, head_id, why)


def _last(quarantine: Quarantine, head_id: str, why: str) -> Range:
    """The last commit alone, against its first parent."""
    parent = quarantine.parent(head_id)
    if parent is None and quarantine.repository.shallow:
        raise UserError(f"This clone is shallow and ends at {head_id[:7]}: git fetch --deepen=1 brings the commit before it.")
    note = f"Only the last commit was reviewed, because {why}; name a range (A..B) to review more."
    return Range(base=parent or "", head=head_id, title=f"the last commit, {head_id[:7]}", notes=(note,))


def _upstream(repository: Repository) -> str:
    """Full name of the current branch's remote-tracking branch, or empty."""
    branch = f"branch.{repository.branch_name}"
    remote, merge = (repository.settings.get(f"{branch}.{key}", "") for key in ("remote", "merge"))
    if not remote or not merge.startswith("refs/heads/"):
        return ""
    return merge if remote == "." else f"refs/remotes/{remote}/{merge.removeprefix('refs/heads/')}"


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _name(ref: str) -> str:
    """The branch's own name, without its remote."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")
