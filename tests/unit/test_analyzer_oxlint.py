from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from fusion.evidence.analyzer import Job, Output, Unreadable
from fusion.evidence.analyzers.oxlint import SYNTAX, Oxlint
from fusion.evidence.catalogue import RULES
from fusion.evidence.examine import rules_folder
from fusion.model import Outcome, Severity
from tests.analyzer_trial import run

PLANTED = b"""\
export function load(source: string, limit: number) {
  if (limit === NaN) return eval(source);
  for (let i = 0; i < limit; i--) { new Error("too many"); }
  const settings = { retries: 1, retries: 2 };
  const listen = async () => { window.addEventListener("x", () => 1); window.removeEventListener("x", () => 1); };
  debugger;
  return settings ?? listen;
  listen();
}
"""
INNOCENT = b"""\
export function load(source: string, limit: number) {
  if (Number.isNaN(limit)) return JSON.parse(source);
  for (let i = 0; i < limit; i++) { if (i > 9) throw new Error("too many"); }
  const settings = { retries: 1, delay: 2 };
  const listener = () => 1;
  const listen = async () => { addEventListener("x", listener); removeEventListener("x", listener); };
  const mustache = "eval(${source})".length;
  return [settings, listen, mustache];
}
"""
REACT = b"""\
import { useEffect, useState } from "react";
export function View({ html, items }: { html: string; items: string[] }) {
  if (html) { const [open] = useState(1); console.log(open); }
  useEffect(() => { console.log(items); }, []);
  return <div><p dangerouslySetInnerHTML={{ __html: html }} />{items.map((item) => <b>{item}</b>)}</div>;
}
"""


async def test_planted_defects_are_found_at_their_lines() -> None:
    trial = await run(Oxlint(), {"a.ts": PLANTED})
    assert trial.lines("eslint/use-isnan") == [("a.ts", 2)]
    assert trial.lines("eslint/no-eval") == [("a.ts", 2)]
    assert trial.lines("eslint/for-direction") == [("a.ts", 3)]
    assert trial.lines("oxc/missing-throw") == [("a.ts", 3)]
    assert trial.lines("eslint/no-dupe-keys") == [("a.ts", 4)]
    assert trial.lines("unicorn/no-invalid-remove-event-listener") == [("a.ts", 5)]
    assert trial.lines("eslint/no-debugger") == [("a.ts", 6)]
    assert trial.lines("eslint/no-unreachable") == [("a.ts", 8)]


async def test_react_and_markup() -> None:
    trial = await run(Oxlint(), {"a.tsx": REACT})
    assert trial.lines("react/rules-of-hooks") == [("a.tsx", 3)]
    assert trial.lines("react/exhaustive-deps") == [("a.tsx", 4)]
    assert trial.lines("react/jsx-key") == [("a.tsx", 5)]
    hit, meaning = trial.one("react/no-danger")
    assert (hit.location.line, meaning.family, meaning.cwe) == (5, "unescaped-markup", (79,))


async def test_an_accessor_that_replaces_itself_does_not_recur() -> None:
    once = b"const a = {\n  get shape() {\n    assign(this, 'shape', 1);\n    return this.shape;\n  },\n};\n"
    defined = b"const a = {\n  get b() {\n    Object.defineProperty(this, `b`, { value: 1 });\n    return this.b;\n  },\n};\n"
    forever = b"const a = {\n  get b() {\n    assign(this, 'other', 1);\n    return this.b;\n  },\n};\n"
    trial = await run(Oxlint(), {"once.js": once, "defined.js": defined, "forever.js": forever})
    assert trial.lines("unicorn/no-accessor-recursion") == [("forever.js", 4)]


async def test_what_can_hurt_outranks_what_is_untidy() -> None:
    trial = await run(Oxlint(), {"a.ts": PLANTED})
    assert trial.one("eslint/for-direction")[1].severity is Severity.HIGH
    assert trial.one("eslint/no-eval")[1].cwe == (94,)


async def test_innocent_twin_is_silent() -> None:
    trial = await run(Oxlint(), {"a.ts": INNOCENT})
    assert trial.rules() == {"eslint/no-template-curly-in-string"}
    assert not trial.unread
    silent = INNOCENT.replace(b"${source}", b"source")
    assert not (await run(Oxlint(), {"a.ts": silent, "b.mts": silent})).hits


@pytest.mark.parametrize("path", ["a.js", "a.jsx", "a.mjs", "a.cjs", "a.ts", "a.tsx", "a.mts", "a.cts"])
async def test_every_suffix_is_read(path: str) -> None:
    assert (await run(Oxlint(), {path: b"x();\ndebugger;\n"})).lines("eslint/no-debugger") == [(path, 2)]


async def test_a_script_inside_vue_is_read() -> None:
    data = b"<template><a/></template>\n<script>\ndebugger;\n</script>\n"
    assert (await run(Oxlint(), {"a.vue": data})).lines("eslint/no-debugger") == [("a.vue", 3)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
async def test_columns_count_code_points(mark: bytes) -> None:
    text = mark.decode() + 'var a = "é漢😀"; if (a === NaN) {}\r\ndebugger;\r\n'
    trial = await run(Oxlint(), {"a.js": text.encode()})
    hit, _ = trial.one("eslint/use-isnan")
    line = text.split("\n")[0]
    assert hit.location.column is not None
    assert hit.location.end_column is not None
    assert line[hit.location.column - 1 : hit.location.end_column - 1] == "NaN"
    assert trial.lines("eslint/no-debugger") == [("a.js", 2)]


@pytest.mark.parametrize("data", [b"const x = ;\n", b"let a = 1;\nlet a = 2;\n", b"<<<<<<< ours\n"])
async def test_what_does_not_parse_is_told_once_and_unread(data: bytes) -> None:
    trial = await run(Oxlint(), {"bad.js": data, "a.ts": PLANTED})
    assert trial.unread.keys() == {"bad.js"}
    assert len(trial.lines(SYNTAX)) == 1
    assert trial.one(SYNTAX)[1].family == "syntax-error"
    assert "eslint/use-isnan" in trial.rules("a.ts")


async def test_bytes_that_are_not_utf8_are_unread() -> None:
    trial = await run(Oxlint(), {"bad.js": b'var a = "\xff";\ndebugger;\n', "a.ts": PLANTED})
    assert trial.unread.keys() == {"bad.js"}
    assert "UTF-8" in trial.unread["bad.js"]
    assert "eslint/use-isnan" in trial.rules("a.ts")


async def test_a_file_that_oxlint_passes_over_is_unread(tmp_path: Path) -> None:
    analyzer = Oxlint()
    job = Job(root=tmp_path, files=("a.js", "b.js"), executable=Path("/bin/true"), rules=rules_folder(analyzer))
    for path in job.files:
        (tmp_path / path).write_bytes(b"x();\n")
    lint, listing = analyzer.commands(job)
    reply = b'{ "diagnostics": [] }'
    outputs = [
        Output(command=lint, outcome=Outcome.OK, code=0, stdout=reply, stderr=b"", seconds=0, isolation=""),
        Output(command=listing, outcome=Outcome.OK, code=0, stdout=b"b.js\n", stderr=b"", seconds=0, isolation=""),
    ]
    assert [item.path for item in analyzer.read(job, outputs).unread] == ["a.js"]


@pytest.mark.parametrize("name", ["-x.ts", "we ird é.ts", "new\nline.ts", "quo\"te'.ts", "node_modules/a.ts", ".hidden/a.ts"])
async def test_odd_names(name: str) -> None:
    trial = await run(Oxlint(), {name: PLANTED})
    assert trial.lines("eslint/use-isnan") == [(name, 2)]


async def test_five_megabytes_on_one_line() -> None:
    trial = await run(Oxlint(), {"a.js": b'var a = "' + "é".encode() * 2_500_000 + b'"; debugger;'})
    hit, _ = trial.one("eslint/no-debugger")
    assert hit.location.column == 2_500_000 + len('var a = ""; ') + 1


async def test_thousands_of_hits_on_one_long_line_cost_little() -> None:
    trial = await run(Oxlint(), {"a.js": "é=1;debugger;".encode() * 10_000}, seconds=30)
    assert len(trial.lines("eslint/no-debugger")) == 10_000


def test_wants() -> None:
    wants = Oxlint().wants
    assert wants("a.TS", b"x()")
    assert not wants("a.min.js", b"x()")
    assert not wants("a-min.js", b"x()")
    assert not wants("a.json", b"{}")
    assert not wants("a.js", b"\xef\xbb\xbf \n")


def test_the_configuration_and_the_table_agree() -> None:
    config = json.loads((rules_folder(Oxlint()) / "oxlintrc.json").read_text())
    table = tomllib.loads(RULES.joinpath("oxlint.toml").read_text())
    families = tomllib.loads(RULES.joinpath("families.toml").read_text())
    on = {rule if "/" in rule else f"eslint/{rule}" for rule in config["rules"]}
    assert on == table["rules"].keys() - {SYNTAX}
    assert {rule["family"] for rule in table["rules"].values()} <= families.keys()
    assert set(config["categories"].values()) == {"off"}
    assert "jsPlugins" not in config


@pytest.mark.parametrize(
    "stdout",
    [
        b"",
        b"[]",
        b"{}",
        b'{"diagnostics": [1]}',
        b'{"diagnostics": [{"message": "x"}]}',
        b'{"diagnostics": [{"filename": "/x"}]}',
    ],
)
def test_garbage_is_unreadable(tmp_path: Path, stdout: bytes) -> None:
    (tmp_path / "a.js").write_bytes(b"x();\n")
    job = Job(root=tmp_path, files=("a.js",), executable=Path("/bin/true"), rules=tmp_path)
    command = Oxlint().commands(job)[0]
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation="")
    with pytest.raises(Unreadable):
        Oxlint().read(job, [output])
