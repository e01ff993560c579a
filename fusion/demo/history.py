"""Builds the example repository, push by push. Its files lie in `history/` as `*.sample`: no tool takes them for ours."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from fusion.errors import UserError

DAY = "2026-01-05T09:00:00Z"
"""Fixed, so that the commits have the same ids wherever the history is built."""
SAMPLES = Path(__file__).parent / "history"
TOKEN = "ghp_" + "x7Qm2KpV9sTzR4wLd8NfYb3HcJ6gUa1EoXi5"
"""Looks like a token and is none; put together here, so that no scanner takes this file for a leak."""


def _git(folder: Path, *args: str) -> None:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@shop.example",
        "GIT_AUTHOR_DATE": DAY,
        "GIT_COMMITTER_DATE": DAY,
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@shop.example",
    }
    try:
        subprocess.run(["git", *args], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise UserError("git is not installed; install it and try again.") from None
    except subprocess.CalledProcessError as error:
        raise UserError(f"git {args[0]} failed in {folder}: {error.stderr.strip() or error.stdout.strip()}") from None


def _commit(folder: Path, stage: str, message: str) -> None:
    source = SAMPLES / stage
    for sample in sorted(source.rglob("*.sample")):
        target = folder / sample.relative_to(source).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(sample.read_text(encoding="utf-8").replace("{{TOKEN}}", TOKEN), encoding="utf-8")
        target.chmod(0o755 if target.suffix == ".sh" else 0o644)
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", message)


def build(folder: Path) -> Iterator[str]:
    """Make the repository in an empty folder; yields once per push, when it is time to review `feature` against `main`.

    Yields what the push did, in words. Raises UserError when git is missing or refuses.
    """
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _commit(folder, "1-main", "Take orders, ship parcels")
    _git(folder, "checkout", "--quiet", "-b", "feature")
    _commit(folder, "2-feature", "Add search, exports and coupons")
    yield "a new branch: search, exports and coupons"
    _commit(folder, "3-fixes", "Bind the search text, check certificates, read settings")
    yield "a push that fixes some findings and adds a settings file"
    _git(folder, "checkout", "--quiet", "main")
    _commit(folder, "4-main", "Count the stock")
    _git(folder, "checkout", "--quiet", "feature")
    _git(folder, "rebase", "--quiet", "main")
    _git(folder, "mv", "native/barcode.c", "native/ean13.c")
    _git(folder, "commit", "--quiet", "--amend", "--no-edit")
    yield "a force-pushed rebase onto the new main, with a file renamed"
