"""The real Azurite (Microsoft's emulator of Azure Storage) for tests, from tests/node/node_modules.

    with Azurite(folder) as azurite:
        blobs = AzureBlobs(azurite.connection)

`missing()` says in one sentence why it cannot run here, for `pytest.skip`.
"""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

SCRIPT = Path(__file__).parents[1] / "node" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Of the account that Azurite documents; no secret."""
STARTING = 60.0


def missing() -> str:
    """Why Azurite cannot run here; empty when it can."""
    if shutil.which("node") is None:
        return "Azurite needs node, which is not installed"
    if not SCRIPT.exists():
        return "Azurite is not installed: npm ci --ignore-scripts --prefix tests/node"
    return ""


class Azurite:
    """Azurite's blob service on a free loopback port, keeping its data in `folder`; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.address = ""

    @property
    def connection(self) -> str:
        """The connection string of the documented account."""
        return f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={KEY};BlobEndpoint={self.address};"

    def __enter__(self) -> Self:
        log = self._folder / "azurite.log"
        command = ["node", str(SCRIPT), "--location", str(self._folder), "--blobHost", "127.0.0.1", "--blobPort", "0"]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--disableTelemetry", "--skipApiVersionCheck"], stdout=output, stderr=output
            )
        until = time.monotonic() + STARTING
        try:
            while not self._answers(log):
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"Azurite did not start: {log.read_text()[-2000:]}")
                time.sleep(0.05)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def _answers(self, log: Path) -> bool:
        marker = "successfully listens on "
        text = log.read_text()
        if marker not in text:
            return False
        self.address = text.partition(marker)[2].split()[0].rstrip("/") + "/devstoreaccount1"
        try:
            urllib.request.urlopen(self.address, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
