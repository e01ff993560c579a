"""`fusion serve` as a process of its own, beside a fake GitHub: what an installation looks like to its users.

with FakeGitHub() as github, installed(github, home, "octo/shop") as bot:
    github.open_pull("octo/shop", head="feature", files={...})
    bot.settled()                        # until queue and orchestrations are at rest
    print(github.conversation("octo/shop", 1))
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fusion.events.permissions import PERMISSIONS
from tests.fakes.github import FakeGitHub

SECRET = "a-secret-of-thirty-two-characters"
_TAKEN = re.compile(r"Deliveries are taken at (http://\S+)/github")
_SERIES = re.compile(r"^(fusion_[a-z_]+)(?:\{[^}]*\})? ([0-9.e+-]+)$", re.MULTILINE)


@dataclass
class Serving:
    """One installation: its state folder, its settings, and the process while it lives."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    url: str = ""
    process: subprocess.Popen[bytes] | None = None
    command: tuple[str, ...] = ("serve",)

    @property
    def _log(self) -> Path:
        return self.home.parent / f"{self.home.name}.log"

    def start(self) -> Serving:
        """Start the process and wait until it takes deliveries; on the same port as before."""
        before = len(self.log)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fusion", *self.command, "--port", str(self.port)],
                env={"PATH": os.environ["PATH"], "HOME": str(self.home), "FUSION_HOME": str(self.home), **self.environment},
                stdout=log,
                stderr=log,
                cwd=self.home,
            )
        deadline = time.monotonic() + 240
        while (found := _TAKEN.search(self.log, before)) is None:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(self.log[before:])
            time.sleep(0.02)
        self.url = found[1]
        self.port = int(self.url.rpartition(":")[2])
        return self

    @property
    def log(self) -> str:
        """Everything that it wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def kill(self) -> None:
        """kill -9: what a crash leaves is what is on the disk."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, and the exit code of a graceful end."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(240)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a GET."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=120) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def gauges(self) -> dict[str, float]:
        """Metrics by name, summed over their labels."""
        sums: dict[str, float] = {}
        for name, value in _SERIES.findall(self.get("/metrics")[1]):
            sums[name] = sums.get(name, 0.0) + float(value)
        return sums

    def settled(self, seconds: float = 240) -> None:
        """Return when nothing waits and nothing runs, twice in a row. Raises TimeoutError, with the end of the log."""
        deadline = time.monotonic() + seconds
        calm = 0
        while calm < 2:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still at work: {self.gauges()}\n{self.log[-4000:]}")
            time.sleep(0.15)
            now = self.gauges()
            names = ("queue_waiting", "queue_locked", "queue_scheduled", "orchestrations_live")
            busy = now.get("fusion_ready", 0.0) == 0 or sum(now.get(f"fusion_{name}", 0.0) for name in names)
            calm = 0 if busy else calm + 1


def environment(github: FakeGitHub, **more: str) -> dict[str, str]:
    """The settings of a bot that is the fake's App."""
    app = github.the_app()
    return {
        "FUSION_GITHUB_API": github.url,
        "FUSION_GITHUB_APP": str(app.id),
        "FUSION_GITHUB_KEY": app.private_key,
        "FUSION_WEBHOOK_SECRET": SECRET,
        "FUSION_EVIDENCE": "off",
        **more,
    }


@contextlib.contextmanager
def installed(github: FakeGitHub, home: Path, *repositories: str, **settings: str) -> Iterator[Serving]:
    """The bot at work, installed on repositories of the fake, which delivers to it.

    The App has what its manifest asks for, unless the fake has one already. Analyzers are off unless settings say so.
    """
    if not github.apps:
        github.app(permissions={item.name: item.access for item in PERMISSIONS})
    github.install(*repositories)
    home.mkdir(parents=True, exist_ok=True)
    serving = Serving(home, environment(github, **settings)).start()
    try:
        github.webhook(f"{serving.url}/github", SECRET)
        yield serving
    finally:
        if serving.process is not None and serving.process.poll() is None:
            serving.stop()
