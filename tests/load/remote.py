"""The fake GitHub in a process of its own, so that neither side of a measurement runs on the other's interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fakes.serving import SECRET

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What an installation needs to be the fake's App, and what a reader of the fake needs."""

    app: int
    key: str
    token: str


class RemoteGitHub:
    """`call("open_pull", "octo/shop", head="f")` is a person's deed; `get` and `all` read the REST API."""

    def __init__(self) -> None:
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.fakes.github"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.url = json.loads(self._process.stdout.readline())["url"]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process is not None
        with self._process:
            self._process.terminate()

    @property
    def pid(self) -> int:
        """The fake's process."""
        assert self._process is not None
        return self._process.pid

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """A public method of the fake. Raises RuntimeError with its words when it raised."""
        body = json.dumps({"args": args, "kwargs": kwargs}).encode()
        request = urllib.request.Request(f"{self.url}/_fake/{method}", body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method}: {error.read().decode()}") from None

    def installed(self, *repositories: str) -> Credentials:
        """Register the App and install it on the repositories; its events are recorded and held."""
        app = self.call("app")
        made = self.call("install", *repositories)
        self._token = self.call("token", made["id"])
        self.call("webhook", "http://127.0.0.1:9/github", SECRET, deliver=False)
        return Credentials(app=app["id"], key=app["private_key"], token=self._token)

    def get(self, path: str) -> Any:
        """What a GET answers."""
        request = urllib.request.Request(f"{self.url}{path}", headers={"Authorization": f"Bearer {self._token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def all(self, path: str) -> list[Any]:
        """The entries of all pages of a list."""
        found: list[Any] = []
        sign = "&" if "?" in path else "?"
        for page in range(1, 100):
            value = self.get(f"{path}{sign}per_page=100&page={page}")
            part = value if isinstance(value, list) else next(one for one in value.values() if isinstance(one, list))
            found += part
            if len(part) < 100:
                break
        return found


def settings(github: RemoteGitHub, credentials: Credentials, **more: str) -> dict[str, str]:
    """The environment of a bot that is the App. Analyzers are off unless `more` says so."""
    return {
        "FUSION_GITHUB_API": github.url,
        "FUSION_GITHUB_APP": str(credentials.app),
        "FUSION_GITHUB_KEY": credentials.key,
        "FUSION_WEBHOOK_SECRET": SECRET,
        "FUSION_EVIDENCE": "off",
        **more,
    }
