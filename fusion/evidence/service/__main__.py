"""The service alone, as its image starts it: `python -m fusion.evidence.service`. `fusion evidence serve` is the same."""

from __future__ import annotations

import argparse
import os
import sys

from fusion import settings
from fusion.errors import UserError
from fusion.evidence.service.process import PORT, serve, slots


def main() -> int:
    """Serve until SIGTERM; 2 where it cannot."""
    parser = argparse.ArgumentParser(prog="python -m fusion.evidence.service", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--at-once", type=int, default=slots(), help="questions worked on at the same time")
    parser.add_argument("--in-sandbox-pool", action="store_true", help="a pool of sessions stands before it and asks who calls")
    given = parser.parse_args()
    try:
        token = settings.read(os.environ).evidence_token
        serve(
            host=given.host,
            port=given.port,
            token=token.get_secret_value() if token else "",
            in_sandbox_pool=given.in_sandbox_pool,
            at_once=max(1, given.at_once),
            opened=lambda place: print(f"fusion: evidence is given at {place}", file=sys.stderr, flush=True),
        )
    except UserError as error:
        print(f"fusion: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
