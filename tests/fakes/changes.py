"""Generated changes of a given size, for measures and for bounds: repositories on disk with a base and a feature branch."""

from __future__ import annotations

import random
from pathlib import Path

from tests.fakes.commandline import Workplace

PYTHON = '''"""Module {n}."""

import subprocess


def handler_{n}(name: str) -> int:
    """Handle one name."""
    total = 0
    for index in range({n}):
        total += index * len(name)
    if total > {limit}:
        subprocess.run(f"echo {{name}}", shell=True, check=True)
    return total
'''
TYPESCRIPT = """export function widget{n}(target: HTMLElement, text: string): number {{
  let total = 0;
  for (let index = 0; index < {n}; index++) {{
    total += index * text.length;
  }}
  if (total > {limit}) {{
    target.innerHTML = text;
  }}
  return total;
}}
"""
GO = """package service

import "os/exec"

// Service{n} asks the system.
func Service{n}(name string) error {{
	total := 0
	for index := 0; index < {n}; index++ {{
		total += index * len(name)
	}}
	if total > {limit} {{
		return exec.Command("sh", "-c", "echo "+name).Run()
	}}
	return nil
}}
"""
C = """#include <stdlib.h>
#include <string.h>

char *copy_{n}(const char *text)
{{
    char *out = malloc({limit});
    if (strlen(text) > {n})
        return NULL;
    strcpy(out, text);
    return out;
}}
"""
SHELL = """#!/usr/bin/env bash
# Script {n}
folder=$1
cd $folder
for name in $(ls); do
    echo "$name {limit}"
    rm -rf "$folder/"$name
done
"""
KINDS = (
    ("src/handler_{n}.py", PYTHON),
    ("web/widget_{n}.ts", TYPESCRIPT),
    ("service/service_{n}.go", GO),
    ("native/copy_{n}.c", C),
    ("scripts/run_{n}.sh", SHELL),
)


def five_languages(place: Workplace, *, files: int = 12, lines: int = 600) -> Workplace:
    """A feature branch that adds about `lines` lines in `files` files of five languages, each with a planted defect."""
    place.commit("Begin", **{"README.md": "# Example\n"})
    place.git("checkout", "--quiet", "-b", "feature")
    each = lines // files
    content = {}
    for at in range(files):
        name, template = KINDS[at % len(KINDS)]
        n, text = 0, ""
        while text.count("\n") < each:
            body = template.format(n=at * 100 + n, limit=n + 10)
            text += body if not n else body.split("\n\n", 1)[-1]
            n += 1
        content[name.format(n=at)] = "\n".join(text.splitlines()[:each]) + "\n" if template is SHELL else text
    place.commit("Add handlers", **content)
    return place


def many_lines(place: Workplace, *, lines: int = 100_000, files: int = 200, seed: int = 1) -> Workplace:
    """A feature branch that changes `lines` lines, spread over Python files, half of them edits of what was there."""
    chance = random.Random(seed)
    each = lines // files

    def numbers(file: int) -> list[str]:
        return [f"value_{file}_{line} = {chance.randrange(10**6)}\n" for line in range(each)]

    before = {f"data/table_{file}.py": numbers(file) for file in range(files // 2)}
    place.commit("Begin", **{name: "".join(lines) for name, lines in before.items()})
    place.git("checkout", "--quiet", "-b", "feature")
    after = {
        name: "".join(f"{line[:-1]}0\n" if at % 2 else line for at, line in enumerate(lines)) for name, lines in before.items()
    }
    added = {f"data/new_{file}.py": "".join(numbers(file)) for file in range(files - files // 2 + files // 4)}
    place.commit("Change", **after, **added)
    return place


def workplace(folder: Path) -> Workplace:
    """A repository below `folder`, with a state folder beside it."""
    return Workplace(folder / "repo", folder / "state").init()
