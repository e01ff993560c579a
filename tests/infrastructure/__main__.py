"""`python -m tests.infrastructure`: what is wrong with the templates, a line each. Exit code 1 where anything is."""

from __future__ import annotations

import sys

from tests.infrastructure.checks import ours, problems


def main() -> int:
    project = ours()
    found = problems(project)
    for problem in found:
        print(problem)
    print(f"{len(project.files)} files, {len(found)} problems.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
