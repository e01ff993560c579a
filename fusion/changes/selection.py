"""Which files of a change are reviewed, and why the others are not.

The decision is made from paths, sizes and git modes under the base side's policy. Nothing inside the change takes part: no
"generated" banner, no `.gitattributes`, no `.gitignore` of the head can take a file out of its own review.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fusion.changes.patterns import spec as path_spec
from fusion.model import Change, ChangeKind, EntryType, FileChange
from fusion.policy import Policy
from fusion.syntax import language


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a file is not reviewed. `wanted`: policy wanted it and it cannot be read, so the review is incomplete."""

    reason: str
    wanted: bool = False
    by_policy: bool = False
    """The repository's own list, on the base side, says so."""


_LOCK_FILES = frozenset(
    {
        "bun.lock",
        "bun.lockb",
        "cargo.lock",
        "composer.lock",
        "conda-lock.yml",
        "deno.lock",
        "flake.lock",
        "gemfile.lock",
        "go.sum",
        "go.work.sum",
        "gradle.lockfile",
        "mix.lock",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "package.resolved",
        "packages.lock.json",
        "pdm.lock",
        "pipfile.lock",
        "pixi.lock",
        "pnpm-lock.yaml",
        "podfile.lock",
        "poetry.lock",
        "pubspec.lock",
        "pylock.toml",
        "uv.lock",
        "yarn.lock",
        ".terraform.lock.hcl",
    }
)
_GENERATED_ENDINGS = (
    ".min.js",
    ".min.mjs",
    ".min.css",
    ".bundle.js",
    ".js.map",
    ".css.map",
    ".mjs.map",
    ".map",
    ".snap",
    "_pb2.py",
    "_pb2.pyi",
    "_pb2_grpc.py",
    "_pb2_grpc.pyi",
    ".pb.go",
    ".pb.gw.go",
    ".pb.cc",
    ".pb.h",
    "_pb.js",
    "_pb.d.ts",
    "_grpc_pb.js",
    ".g.dart",
    ".freezed.dart",
    ".g.cs",
    ".designer.cs",
    ".generated.cs",
    ".generated.ts",
    ".tsbuildinfo",
)
_CODE = frozenset(
    {
        *("clj", "cljs", "cs", "dart", "erl", "ex", "exs", "f90", "fs", "groovy", "hs", "jl", "kt", "kts", "lua", "m", "ml"),
        *("mm", "nim", "php", "pl", "pm", "ps1", "r", "scala", "sol", "sql", "svelte", "swift", "tf", "vb", "vue", "zig"),
    }
)
"""Extensions of source code that Fusion has no syntax for."""
_GENERATED_FOLDERS = frozenset({"__snapshots__", "__generated__"})
_VENDORED_FOLDERS = frozenset(
    {
        "vendor",
        "vendored",
        "_vendor",
        "third_party",
        "third-party",
        "thirdparty",
        "3rdparty",
        "node_modules",
        "bower_components",
        "jspm_packages",
        "site-packages",
        "pods",
        ".yarn",
    }
)


def select(change: Change, policy: Policy) -> dict[str, Exclusion | None]:
    """For each path of the change: why it is not reviewed, or None when it is. Keys are in the change's order."""
    ignored = _matching(change, policy.ignore)
    generated = _matching(change, policy.generated)
    selected: dict[str, Exclusion | None] = {}
    room = policy.caps.files
    for file in change.files:
        if file.path in ignored:
            exclusion: Exclusion | None = Exclusion("policy: the path is on the ignore list", by_policy=True)
        elif file.path in generated:
            exclusion = Exclusion("policy: the path is on the generated list", by_policy=True)
        else:
            exclusion = _by_path(file.path) or _by_entry(file) or _by_size(file, policy)
        if exclusion is None:
            if room == 0:
                exclusion = Exclusion(f"over the limit of {policy.caps.files:,} files per review (caps.files)", wanted=True)
            else:
                room -= 1
        selected[file.path] = exclusion
    return selected


def outside(path: str) -> str:
    """Why a path is never reviewed by its name alone (vendored, generated); empty: it is reviewed."""
    exclusion = _by_path(path)
    return exclusion.reason if exclusion is not None else ""


def is_code(path: str) -> bool:
    """Whether the name is that of source code."""
    return language(path) is not None or path.rpartition(".")[2].lower() in _CODE


def _matching(change: Change, patterns: Sequence[str]) -> frozenset[str]:
    """The change's paths that gitignore-style patterns match."""
    if not patterns:
        return frozenset()
    spec = path_spec(patterns)
    return frozenset(file.path for file in change.files if spec.match_file(file.path))


def _by_path(path: str) -> Exclusion | None:
    *folders, name = path.lower().split("/")
    for folder in folders:
        if folder in _VENDORED_FOLDERS:
            return Exclusion(f"vendored: below a {folder} folder")
        if folder in _GENERATED_FOLDERS:
            return Exclusion(f"generated: below a {folder} folder")
    if name in _LOCK_FILES:
        return Exclusion("generated: a lock file")
    if name.endswith(_GENERATED_ENDINGS):
        return Exclusion(f"generated: named like {next(end for end in _GENERATED_ENDINGS if name.endswith(end))}")
    return None


def _by_entry(file: FileChange) -> Exclusion | None:
    if file.entry is EntryType.SUBMODULE:
        return Exclusion("submodule: the commit it points to lives in another repository")
    if file.entry is EntryType.SYMLINK:
        return Exclusion("symbolic link: it is not followed")
    if file.binary:
        # One NUL in a comment makes source code binary to git, and interpreters run it all the same.
        return Exclusion("binary, but named like source code", wanted=True) if is_code(file.path) else Exclusion("binary")
    if file.kind is ChangeKind.MODE and not file.hunks:
        return Exclusion("mode only: the contents are as they were")
    return None


def _by_size(file: FileChange, policy: Policy) -> Exclusion | None:
    if file.omitted:
        return Exclusion(file.omitted, wanted=True)
    side = file.base if file.kind is ChangeKind.DELETED else file.head
    if side is not None and side.size > policy.caps.file_bytes:
        return Exclusion(
            f"too large: {side.size:,} bytes, the limit is {policy.caps.file_bytes:,} (caps.file_bytes)", wanted=True
        )
    return None
