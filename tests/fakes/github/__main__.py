"""Run the fake in a process of its own: `python -m tests.fakes.github --port 8090`. SIGTERM ends it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading

from tests.fakes.github import FakeGitHub, Limits


def main() -> None:
    """Print `{"url": ...}` once it listens, then serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.github", description="A fake GitHub on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--hourly", type=int, default=1_000_000, help="requests an hour that the primary limit allows")
    parser.add_argument("--content", type=int, default=None, help="content-creating requests a minute; default: no such limit")
    parser.add_argument("--enterprise", action="store_true", help="links point to /api/v3")
    given = parser.parse_args()
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    limits = Limits(hourly=given.hourly, content=given.content)
    with FakeGitHub(port=given.port, enterprise=given.enterprise, limits=limits) as github:
        sys.stdout.write(json.dumps({"url": github.url}) + "\n")
        sys.stdout.flush()
        while not end.wait(3600):
            pass
        # What clients got wrong is told, and is no reason to end with a traceback.
        sys.stderr.writelines(f"{one}\n" for one in github.mismatches)
        github.mismatches.clear()


if __name__ == "__main__":
    main()
