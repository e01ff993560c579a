"""Which two commits a request for a range means.

`A..B` compares the two as they are, as `git diff A..B` does. `A...B`, and one revision `A` (then B is HEAD), compare B with
the merge base of both, so that what happened on A meanwhile is not part of it. Nothing given: HEAD against its merge base
with the default branch. On the default branch itself: against its upstream, when it is ahead of that; else the last commit
alone.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    """The range that a request means. Raises UserError."""
    repository = quarantine.repository
    base, head = request.base.strip(), request.head.strip()
    merge = False
    if base and not head:
        for dots in ("...", ".."):
            if dots in base:
                left, _, head = base.partition(dots)
                base, head, merge = left or "HEAD", head or "HEAD", dots == "..."
                break
        else:
            merge = True
    if not base:
        return _default(quarantine, head or "HEAD")
    head = head or "HEAD"
    from_id, to_id = repository.require(base), repository.require(head)
    title = f"{head} against {base}"
    if merge:
        common = _common(quarantine, base, from_id, head, to_id)
        title = title if common == from_id else f"{title} (merge base {common[:7]})"
        from_id = common
    return Range(base=from_id, head=to_id, title=title)


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


def _default(quarantine: Quarantine, head: str) -> Range:
    repository = quarantine.repository
    head_id = repository.require(head)
    default = repository.settings.get("init.defaultbranch", "")
    names = list(dict.fromkeys(name for name in (default, "main", "master", "trunk") if name))
    upstream = _upstream(repository)
    refs = repository.refs(
        [
            "refs/remotes/origin/HEAD",
            *(f"refs/{place}/{name}" for name in names for place in ("remotes/origin", "heads")),
            *filter(None, (upstream, repository.branch)),
        ]
    )
    ref = next(_defaults(refs, names), None)
    on_default = head == "HEAD" and ref is not None and _name(ref) == repository.branch_name
    # On the default branch only what its upstream does not have yet counts.
    against = (upstream if upstream in refs else None) if on_default else ref
    if against is not None:
        base_id = refs[against][0] if against in refs else repository.require(against)
        common = _common(quarantine, _short(against), base_id, head, head_id)
        # On a branch of its own with nothing new, nothing is what there is to review.
        if common != head_id or (repository.branch and not on_default):
            what = repository.branch_name if head == "HEAD" and repository.branch else head
            return Range(base=common, head=head_id, title=f"{what} against {_short(against)} (merge base {common[:7]})")
    return _last(quarantine, head, head_id, ref)


def _last(quarantine: Quarantine, head: str, head_id: str, ref: str | None) -> Range:
    parent = quarantine.parent(head_id)
    if parent is None and quarantine.repository.shallow:
        raise UserError(f"This clone is shallow and ends at {head_id[:7]}: git fetch --deepen=1 brings the commit before it.")
    why = "no default branch was found" if ref is None else f"nothing is ahead of {_short(ref)}"
    if ref is not None and _name(ref) == quarantine.repository.branch_name:
        why = f"{_name(ref)} is the default branch and not ahead of an upstream"
    note = f"The last commit alone was reviewed, because {why}; name a range (A..B) to review more."
    return Range(base=parent or "", head=head_id, title=f"{head} ({head_id[:7]}), the last commit", notes=(note,))


def _defaults(refs: dict[str, tuple[str, str]], names: list[str]) -> Iterator[str]:
    """Refs that may be the default branch, best first: what the origin calls it, then the names that are usual."""
    target = refs.get("refs/remotes/origin/HEAD", ("", ""))[1]
    if target:
        yield target
    for name in names:
        for place in ("remotes/origin", "heads"):
            if f"refs/{place}/{name}" in refs:
                yield f"refs/{place}/{name}"


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
