"""Prints the overdue TODO comments of the files named on the command line, as JSON."""

import datetime
import json
import re
import sys
from pathlib import Path

DUE = re.compile(r"TODO\((\d{4}-\d{2}-\d{2})\)")


def main() -> None:
    """Read, match, print."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    rows = []
    for path in sys.argv[1:]:
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, start=1):
                rows += [{"path": path, "line": number, "due": day} for day in DUE.findall(line) if day < today]
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
