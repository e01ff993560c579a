"""What was typed after `fusion review`, and the Request that it means."""

from __future__ import annotations

import getpass
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.model import Request
    from fusion.ports import Blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The arguments and options that say what to review, as they stand on the command line."""

    what: str | None = None
    staged: bool = False
    worktree: bool = False
    all_files: bool = False
    pull: str | None = None
    folder: Path = Path()
    evidence: tuple[Path, ...] = ()
    only: tuple[str, ...] = ()
    policy: Path | None = None

    def checked(self) -> Typed:
        """Itself, when it names one thing to review. Raises UserError otherwise."""
        given = {
            "a range or patch": self.what is not None,
            "--staged": self.staged,
            "--worktree": self.worktree,
            "--all": self.all_files,
            "--pr": self.pull is not None,
        }
        ways = [name for name, there in given.items() if there]
        if len(ways) > 1:
            raise UserError(f"Choose one thing to review: {' and '.join(ways)} were given.")
        if self.pull is not None:
            _pull(self.pull)
        if not self.folder.is_dir():
            raise UserError(f"There is no folder {self.folder}; --repo takes the one to review in.")
        if self.what is not None and os.sep in self.what and Path(self.what).is_dir():
            raise UserError(f"{self.what} is a folder: name it with --repo, or with --repo and --all to review all of it.")
        if self.what is not None and self.what.endswith((".patch", ".diff")) and not Path(self.what).exists():
            raise UserError(f"There is no file {self.what}.")
        return self

    async def keep(self, blobs: Blobs) -> Request:
        """The Request; the files it names are put into Blobs. Raises UserError when one cannot be read."""
        from fusion.model import Request, RequestKind

        request = Request(
            kind=RequestKind.RANGE,
            location=_utf8(str(self.folder.absolute())),
            head=_utf8(self.what or ""),
            actor=user(),
            only=self.only,
            sarif=tuple([await blobs.put(_bytes(path)) for path in self.evidence]),
            policy=await blobs.put(_bytes(self.policy)) if self.policy else "",
        )
        if self.pull is not None:
            repository, number = _pull(self.pull)
            pull = {"kind": RequestKind.PULL, "repository": repository, "number": number, "location": ""}
            return request.model_copy(update=pull)
        if self.what is not None and (self.what == "-" or Path(self.what).is_file()):
            data = sys.stdin.buffer.read() if self.what == "-" else _bytes(Path(self.what))
            return request.model_copy(update={"kind": RequestKind.PATCH, "head": "", "patch": await blobs.put(data)})
        for there, kind in (
            (self.staged, RequestKind.STAGED),
            (self.worktree, RequestKind.WORKTREE),
            (self.all_files, RequestKind.TREE),
        ):
            if there:
                return request.model_copy(update={"kind": kind})
        return request


def _pull(text: str) -> tuple[str, int]:
    """Repository and number, from `owner/name#12` or the page's address (its host: FUSION_GITHUB_API says which is asked)."""
    from fusion.intake import REPOSITORY

    if not (match := re.fullmatch(rf"(?:https://[\w.-]+/)?({REPOSITORY})(?:#|/pull/)([1-9]\d{{0,9}})", text)):
        raise UserError(f"--pr takes OWNER/REPOSITORY#NUMBER, for example octocat/hello-world#42, not {text!r}.")
    return match[1], int(match[2])


def user() -> str:
    """Who asks; the number of a user without a name (a container's `--user 1234`)."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # before Python 3.13 it is a KeyError
        return f"uid {os.getuid()}"


def _utf8(text: str) -> str:
    """The text itself. Raises UserError where it holds bytes that are not UTF-8: a run is recorded as JSON."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UserError(f"{text!r} is not UTF-8: Fusion records what it reviews as text, so give it another name.") from None
    return text


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
