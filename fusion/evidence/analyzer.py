"""What an analyzer is: pure functions around one sandboxed command.

The collector (`fusion.evidence.collect`) does the I/O: it makes the scratch copy, runs the commands in the sandbox
(`fusion.evidence.sandbox`), runs them again on the base where there is something to subtract, and turns hits into evidence.
An analyzer never sees the repository, its environment or its configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fusion.model import Hit, Outcome, Unread


@dataclass(frozen=True, slots=True)
class Ready:
    """The analyzer can run: its executable and version."""

    executable: Path
    version: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """The analyzer cannot run here, and why ("semgrep is not installed")."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One scratch copy to look at. `files` and `beside` are paths relative to `root`; every other path below `root` is ours."""

    root: Path
    files: tuple[str, ...]
    executable: Path
    rules: Path
    """Folder, outside the scratch copy's file tree, that holds our own pinned configuration (read-only)."""
    beside: tuple[str, ...] = ()
    """Files to consult and not to report on, for an analyzer that `consults`."""
    own: tuple[str, ...] = ()
    """Those `beside` that it reports on in another run over the same tree: what ends there is told there."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The repository's path of each of these files; the copy has other names where a tool would trip over them."""
    seconds: float = 60.0
    """Wall time that is left for the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One process to run in the sandbox, with the scratch copy as working directory."""

    argv: tuple[str, ...]
    ok: frozenset[int] = frozenset({0})
    """Exit codes that mean the tool did its work (many use 1 for "found something")."""
    env: Mapping[str, str] = field(default_factory=dict)
    readable: tuple[Path, ...] = ()
    """What it may read beside the copy, its own program and the system's folders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a command left behind. `outcome` is `ok`, `failed` (exit code, signal), `timed_out` or `cut` (output cap)."""

    command: Command
    outcome: Outcome
    code: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    isolation: str
    reason: str = ""
    """One clear sentence when the outcome is not `ok`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an analyzer makes of its outputs: hits (paths as in `Job.files`), and the files it could not read."""

    hits: Sequence[Hit] = ()
    unread: Sequence[Unread] = ()
    cleared: Sequence[Hit] = ()
    """Places where it has shown that what other tools take for a flaw of this rule's family is none; the message says why."""
    unfollowed: Sequence[Unread] = ()
    """Files that others import, and through which nothing could be followed, by the paths of `Job.names`."""
    note: str = ""
    """What the receipt should say although the run went well; a sentence fragment."""


class Unreadable(ValueError):
    """The tool's output is not what it should be (garbage, truncated); the run counts as failed with this reason."""


class Analyzer(Protocol):
    """One tool. Its module's docstring is its documentation page.

    More members are optional. A true `reads_excluded`: it also reads generated and vendored files. A method
    `consults(path) -> bool`: it also reads such files where the files it reports on import them, also unchanged ones. A method
    `wants_of_tree(data) -> bool`: what it reads of a whole tree, under a neutral name where its tool passes over the path.
    A true `tells_own`, of one that `consults`: it honours `Job.own`, so that it can look at a whole tree in portions.
    `rules_added`, a mapping of names to bytes: what decides beside its configuration, for the receipt; `rules_unused`,
    sentences about what was added in vain. A method `knowing(folders)`: itself with further folders of knowledge about
    libraries (FUSION_KNOWLEDGE).
    """

    name: str
    parse_only: bool
    """It neither executes nor resolves anything it reads, so it may run where the network cannot be cut off."""
    timeout: float
    """Seconds of wall time for one job."""

    def locate(self) -> Ready | Missing:
        """Find the executable; starts no process."""
        ...

    def wants(self, path: str, data: bytes) -> bool:
        """Whether it reads this kind of file."""
        ...

    def commands(self, job: Job) -> Sequence[Command]:
        """What to run, with our configuration only."""
        ...

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Hits and unread files from the outputs, one per command, in order. Raises Unreadable."""
        ...
