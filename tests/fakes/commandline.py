"""A repository and the command line in it, as a user has them: real processes, a state folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes import forked


@dataclass
class Workplace:
    """A git repository in a folder, and `fusion` run in it."""

    folder: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def git(self, *args: str) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com",
        }
        done = subprocess.run(["git", *args], cwd=self.folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def init(self) -> Workplace:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")
        return self

    def write(self, name: str, content: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str, **files: str | bytes) -> str:
        for name, content in files.items():
            self.write(name, content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def env(self, **more: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "FUSION_HOME": str(self.home),
            "LANG": "C.UTF-8",
            "COLUMNS": "100",
            **self.environment,
            **more,
        }

    def fusion(self, *args: str, stdin: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """`fusion` to its end; in an interpreter of its own where Python itself reads something of the environment."""
        env = self.env(**environment)
        if any(name.startswith(("PYTHON", "LC_", "LD_")) for name in env) or env["LANG"] != "C.UTF-8":
            return self.fusion_anew(*args, stdin=stdin, **environment)
        code, out, err = forked.fusion(*args, folder=self.folder, env=env, stdin=stdin)
        return subprocess.CompletedProcess(["fusion", *args], code, out.decode(), err.decode())

    def fusion_anew(self, *args: str, stdin: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """`fusion` to its end, in an interpreter that begins in the repository's folder."""
        done = subprocess.run(
            [sys.executable, "-m", "fusion", *args],
            cwd=self.folder,
            env=self.env(**environment),
            capture_output=True,
            input=stdin,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *args: str, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "fusion", *args],
            cwd=self.folder,
            env=self.env(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def begin(self, *args: str, **environment: str) -> subprocess.Popen[bytes]:
        """A command that has come to work in its scratch folder (`TMPDIR`): by then its journal says what it began."""
        scratch = Path(environment.get("TMPDIR", self.home.with_name(f"{self.home.name}-scratch")))
        scratch.mkdir(exist_ok=True)
        process = self.start(*args, **{**environment, "TMPDIR": str(scratch)})
        while not any(scratch.iterdir()):
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        return process


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What was said on standard error: one line, no traceback."""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("fusion: "), lines
    return lines[0]
