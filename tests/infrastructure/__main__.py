"""`python -m tests.infrastructure`: what is wrong with the templates, a line each. Exit code 1: something; 2: nobody looked."""

from __future__ import annotations

import sys


def main() -> int:
    try:
        from tests.infrastructure.checks import ours, problems
    except ModuleNotFoundError as error:
        print(f"The checker needs the packages of the tests ({error.name} is missing): tools/setup dev", file=sys.stderr)
        return 2
    project = ours()
    found = problems(project)
    for problem in found:
        print(problem)
    print(f"{len(project.files)} files, {len(found)} problems.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
