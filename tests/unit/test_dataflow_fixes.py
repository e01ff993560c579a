"""Mechanical fixes: each is applied, the patched text is analysed again, and the flow is gone; or there is none."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.changes.edits import apply_edits
from fusion.dataflow import ir
from fusion.dataflow.__main__ import perform
from fusion.dataflow.fixes import offers as fixes
from fusion.dataflow.frontends.javascript import front as javascript
from fusion.dataflow.frontends.python import front as python
from fusion.dataflow.job import Job
from fusion.dataflow.knowledge.loading import load_all
from fusion.dataflow.repository.project import Project
from fusion.dataflow.results import Flow
from fusion.dataflow.solver.analysis import analyse
from fusion.evidence import analyzer
from fusion.evidence.analyzers.dataflow import Dataflow
from fusion.model import Fix, Hit, Outcome


def flows(text: str, name: str) -> list[Flow]:
    """The flows of a file whose text is taken to the letter."""
    data = text.encode()
    found = analyse(Project(lambda path: data if path == name else None, [name]), [name])
    assert not found.unread, found.unread
    return list(found.flows)


def lowered(text: str, name: str) -> ir.Module:
    lower = python.lower if name.endswith(".py") else javascript.lower
    return lower(name, text.encode())


def suggestions(text: str, name: str = "main.py") -> list[tuple[Flow, Fix | None]]:
    module = lowered(text, name)
    return [(flow, fixes.suggest(flow, module, text)) for flow in flows(text, name)]


def mended(text: str, name: str = "main.py") -> tuple[str, bool]:
    """The text with the only flow's fix, and whether it is said to be safe; the flow is gone and no other has come."""
    ((_, fix),) = suggestions(text, name)
    assert fix is not None
    after = apply_edits(text, fix.edits)
    assert flows(after, name) == []
    if name.endswith(".py"):
        ast.parse(after)
    return after, fix.safe


def web(body: str, *imports: str) -> str:
    """A view with `x` and `y` from the request, and a cursor `cur`."""
    lines = ["from flask import request", *imports, "", "def view(conn, cur):", '    x = request.args["x"]']
    return "\n".join([*lines, '    y = request.args["y"]', textwrap.indent(body, "    "), ""])


def handler(body: str, *heads: str) -> str:
    """An Express handler with `x` and `y` from the request."""
    lines = ['const express = require("express");', *heads, "const app = express();", 'app.get("/", (req, res) => {']
    return "\n".join([*lines, "  const x = req.query.x;", "  const y = req.query.y;", f"  {body}", "});", ""])


SQLITE, MYSQL, ORACLE = "import sqlite3", "import pymysql", "import oracledb"
STATEMENTS = [
    (
        SQLITE,
        """cur.execute(f"SELECT 1 FROM t WHERE a = '{x}'")""",
        """cur.execute("SELECT 1 FROM t WHERE a = ?", (x,))""",
        True,
    ),
    (
        SQLITE,
        """cur.execute(f"SELECT 1 FROM t WHERE a = '{x}' AND b = {y}")""",
        """cur.execute("SELECT 1 FROM t WHERE a = ? AND b = ?", (x, y))""",
        False,
    ),
    (
        MYSQL,
        """cur.execute("SELECT 1 FROM t WHERE a = '%s'" % x)""",
        """cur.execute("SELECT 1 FROM t WHERE a = %s", (x,))""",
        True,
    ),
    (
        MYSQL,
        """cur.execute("SELECT 1 FROM t WHERE a = '%s' AND b LIKE '%%%s%%'" % (x, y))""",
        """cur.execute("SELECT 1 FROM t WHERE a = %s AND b LIKE %s", (x, f"%{y}%"))""",
        True,
    ),
    (
        MYSQL,
        """cur.execute(f"SELECT '50%' FROM t WHERE a = '{x}'")""",
        """cur.execute("SELECT '50%%' FROM t WHERE a = %s", (x,))""",
        True,
    ),
    (
        SQLITE,
        """cur.execute("SELECT '50%%' FROM t WHERE a = '%s'" % x)""",
        """cur.execute("SELECT '50%' FROM t WHERE a = ?", (x,))""",
        True,
    ),
    (
        MYSQL,
        """cur.execute('SELECT 1 FROM t WHERE a = "%s"' % (x,))""",
        """cur.execute('SELECT 1 FROM t WHERE a = %s', (x,))""",
        True,
    ),
    (
        SQLITE,
        """cur.execute("SELECT '{{}}' FROM t WHERE a = '{}' AND b IN ('{k}')".format(x, k=y))""",
        """cur.execute("SELECT '{}' FROM t WHERE a = ? AND b IN (?)", (x, y))""",
        True,
    ),
    (
        SQLITE,
        """cur.execute("INSERT INTO t (a, b) VALUES ('" + x + "', '" + y + "')")""",
        """cur.execute("INSERT INTO t (a, b) VALUES (?, ?)", (x, y))""",
        True,
    ),
    (
        SQLITE,
        """cur.execute("SELECT 1 FROM t WHERE a = '" + (x) + '\\' AND b = ' + y)""",
        """cur.execute("SELECT 1 FROM t WHERE a = ?" + ' AND b = ?', (x, y))""",
        False,
    ),
    (
        SQLITE,
        """sql = "DELETE FROM t WHERE a = '" + x + "'"\ncur = conn.cursor()\ncur.execute(sql)""",
        """sql = "DELETE FROM t WHERE a = ?"\ncur = conn.cursor()\ncur.execute(sql, (x,))""",
        True,
    ),
    (
        SQLITE,
        """cur.execute(\n    "SELECT 1 FROM t "  # all\n    f"WHERE a = '{x}' "\n    f"AND b LIKE '{y}%'",\n)""",
        """cur.execute(\n    "SELECT 1 FROM t "  # all\n    "WHERE a = ? "\n    "AND b LIKE ?", (x, f"{y}%"),\n)""",
        True,
    ),
    (
        ORACLE,
        """cur.execute(f"UPDATE t SET a = '{x}' WHERE b = '{y}'")""",
        """cur.execute("UPDATE t SET a = :1 WHERE b = :2", [x, y])""",
        True,
    ),
    (
        "import asyncpg",
        """conn.fetch(f"SELECT 1 FROM t WHERE a = '{x}' AND b < {y}")""",
        """conn.fetch("SELECT 1 FROM t WHERE a = $1 AND b < $2", x, y)""",
        False,
    ),
    (
        "import sqlalchemy",
        """conn.execute(sqlalchemy.text(f"SELECT 1 FROM t WHERE a = '{x}'"))""",
        """conn.execute(sqlalchemy.text("SELECT 1 FROM t WHERE a = :x").bindparams(x=x))""",
        True,
    ),
]


@pytest.mark.parametrize(("imports", "before", "after", "safe"), STATEMENTS)
def test_values_are_bound(imports: str, before: str, after: str, safe: bool) -> None:
    assert mended(web(before, imports)) == (web(after, imports), safe)


@pytest.mark.parametrize(
    ("imports", "body"),
    [
        (SQLITE, 'cur.execute(f"SELECT 1 FROM {x} WHERE a = 1")'),
        (SQLITE, 'cur.execute(f"SELECT 1 FROM t WHERE {x} = 1")'),
        (SQLITE, 'cur.execute(f"SELECT 1 FROM t WHERE a = {x}.b")'),
        (SQLITE, 'cur.execute(f"SELECT 1 FROM t ORDER BY {x}")'),
        (SQLITE, 'cur.execute(f"SELECT 1 FROM t LIMIT {x}")'),
        (SQLITE, 'cur.execute(f"SELECT 1 FROM t WHERE a IN ({x})")'),
        (SQLITE, """cur.execute(f"SELECT 1 FROM t WHERE a = '{x}{y}'")"""),
        (SQLITE, """cur.execute(f"SELECT 1 FROM t WHERE a = '{x!r}'")"""),
        (SQLITE, """cur.execute(f"SELECT 1 FROM t WHERE a = '{x:>9}'")"""),
        (SQLITE, """cur.execute(f"SELECT 1 FROM t WHERE a = '{x=}'")"""),
        (SQLITE, """cur.execute(f'SELECT 1 FROM t WHERE a = "{x}"')"""),
        (SQLITE, """cur.execute(f"INSERT INTO t ('{x}') VALUES (1)")"""),
        (SQLITE, """cur.execute(f"PRAGMA user_version = '{x}'")"""),
        (SQLITE, """cur.execute(f"SELECT 1 FROM t WHERE a = ? AND b = '{x}'", (y,))"""),
        (SQLITE, """cur.execute(f"SELECT 1 FROM t WHERE a = '{x}'; DELETE FROM t")"""),
        (SQLITE, """cur.execute(f"SELECT 1 FROM t -- '{x}'")"""),
        (SQLITE, """cur.execute("SELECT 1 FROM t WHERE a = " + "'%s'" % x)"""),
        (SQLITE, """cur.executescript(f"DELETE FROM t WHERE a = '{x}'")"""),
        (SQLITE, """cur.execute("SELECT 1 FROM t WHERE a = " + x + y)"""),
        (SQLITE, """cur.execute("SELECT 1 FROM t WHERE a = '" +  # it's x\n    x + "'")"""),
        ("import sqlite3, pymysql", """cur.execute(f"SELECT 1 FROM t WHERE a = '{x}'")"""),
        ("import logging", """cur.execute(f"SELECT 1 FROM t WHERE a = '{x}'")"""),
        (SQLITE, """s = f"DELETE FROM t WHERE a = '{x}'"\nx = y\ncur.execute(s)"""),
        (SQLITE, """s = f"DELETE FROM t WHERE a = '{x}'"\nprint(s)\ncur.execute(s)"""),
        (SQLITE, """s = f"DELETE FROM t WHERE a = '{x}'"\nfor _ in y:\n    cur.execute(s)"""),
    ],
)
def test_nothing_is_bound_where_it_is_not_clear(imports: str, body: str) -> None:
    found = suggestions(web(body, imports))
    assert found
    assert [fix for flow, fix in found if flow.fix == fixes.BIND_PARAMETERS and fix is not None] == []


SCRIPT_MYSQL = 'const db = require("mysql2").createPool({});'
SCRIPT_PG = 'const { Pool } = require("pg"); const pool = new Pool();'
SCRIPT_SQLITE = 'const Database = require("better-sqlite3"); const db = new Database("a");'


@pytest.mark.parametrize(
    ("head", "before", "after", "safe"),
    [
        (
            SCRIPT_MYSQL,
            "db.query(`SELECT 1 FROM t WHERE a = '${x}' AND b = ${y}`, (e, r) => res.json(r));",
            "db.query(`SELECT 1 FROM t WHERE a = ? AND b = ?`, [x, y], (e, r) => res.json(r));",
            False,
        ),
        (
            SCRIPT_PG,
            """const s = "SELECT 1 FROM t WHERE a = '" + x + "' AND b LIKE '%" + y + "%'"; pool.query(s);""",
            """const s = "SELECT 1 FROM t WHERE a = $1 AND b LIKE $2"; pool.query(s, [x, `%${y}%`]);""",
            True,
        ),
        (
            SCRIPT_SQLITE,
            "res.json(db.prepare(`SELECT 1 FROM t WHERE a = '${x}'`).all());",
            "res.json(db.prepare(`SELECT 1 FROM t WHERE a = ?`).all(x));",
            True,
        ),
        (
            'const cp = require("child_process");',
            "cp.exec(`ls -l ${x}`, (e, o) => res.json(o));",
            'cp.execFile("ls", ["-l", String(x)], (e, o) => res.json(o));',
            False,
        ),
        (
            'const { exec, execFile } = require("child_process");',
            """exec("ls -l '" + x + "'");""",
            """execFile("ls", ["-l", String(x)]);""",
            True,
        ),
        ("", 'res.cookie("a", "b");', 'res.cookie("a", "b", { secure: true });', False),
        ("", 'res.cookie("a", "b", {});', 'res.cookie("a", "b", { secure: true });', False),
        (
            "",
            'res.cookie("a", "b", { httpOnly: true, secure: false, });',
            'res.cookie("a", "b", { httpOnly: true, secure: true, });',
            False,
        ),
        (
            'const crypto = require("crypto");',
            'crypto.createHash("md5").update(x).digest("hex");',
            'crypto.createHash("sha256").update(x).digest("hex");',
            False,
        ),
    ],
)
def test_scripts_are_mended(head: str, before: str, after: str, safe: bool) -> None:
    assert mended(handler(before, head), "main.js") == (handler(after, head), safe)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (SCRIPT_MYSQL, "db.query(`SELECT 1 FROM ${x}`);"),
        (SCRIPT_MYSQL, "db.query(`SELECT 1 FROM t WHERE a = '${x}'`, y);"),
        (SCRIPT_MYSQL, "db.query(`SELECT 1 FROM t WHERE a = '${x + 1}'`);"),
        ('const { exec } = require("child_process");', "exec(`ls ${x}`);"),
        ('const cp = require("child_process");', "cp.exec(`ls ${x} | sort`);"),
        ('const cp = require("child_process");', "cp.exec(`ls ${x}`, { shell: '/bin/bash' });"),
        ("", "const o = {}; res.cookie('a', 'b', { ...o, secure: false || undefined });"),
    ],
)
def test_scripts_are_left_alone_where_it_is_not_clear(head: str, body: str) -> None:
    assert [fix for _, fix in suggestions(handler(body, head), "main.js") if fix is not None] == []


def test_text_stays_text() -> None:
    assert mended("document.body.innerHTML = location.hash.slice(1);\n", "main.js") == (
        "document.body.textContent = location.hash.slice(1);\n",
        False,
    )
    for kept in ('document.body.innerHTML = "<b>" + location.hash;\n', "document.body.innerHTML += location.hash;\n"):
        assert [fix for _, fix in suggestions(kept, "main.js")] == [None]


COMMANDS = [
    ('subprocess.run(f"ls -l {x}", shell=True, check=True)', 'subprocess.run(["ls", "-l", str(x)], check=True)', False),
    ("""subprocess.run("ls '" + x + "' -l", cwd="/", shell=True)""", 'subprocess.run(["ls", x, "-l"], cwd="/")', True),
    (
        'cmd = "ping -c 1 %s" % x\nsubprocess.Popen(cmd, shell=True)',
        'cmd = ["ping", "-c", "1", str(x)]\nsubprocess.Popen(cmd)',
        False,
    ),
    ("""os.system("rm '%s'" % x)""", 'subprocess.run(["rm", str(x)], check=False)', True),
]


@pytest.mark.parametrize(("before", "after", "safe"), COMMANDS)
def test_commands_need_no_shell(before: str, after: str, safe: bool) -> None:
    assert mended(web(before, "import os", "import subprocess")) == (web(after, "import os", "import subprocess"), safe)


@pytest.mark.parametrize(
    "body",
    [
        'subprocess.run(f"ls {x} | sort", shell=True)',
        'subprocess.run(f"ls > {x}", shell=True)',
        'subprocess.run(f"ls ~/{x}", shell=True)',
        'subprocess.run(f"A=1 ls {x}", shell=True)',
        'subprocess.run(f"cd {x}", shell=True)',
        'subprocess.run(f"{x} -l", shell=True)',
        'subprocess.run(f"ls {x}", shell=True, executable="/bin/bash")',
        'subprocess.run(f"ls {x}", shell=bool(y))',
        'code = os.system(f"ls {x}")',
        'os.popen(f"ls {x}")',
    ],
)
def test_commands_keep_a_shell_that_does_more(body: str) -> None:
    found = suggestions(web(body, "import os", "import subprocess"))
    assert found
    assert [fix for _, fix in found if fix is not None] == []


def test_the_shell_stays_where_subprocess_is_not_imported() -> None:
    assert [fix for _, fix in suggestions(web('os.system(f"ls {x}")', "import os"))] == [None]


SETTINGS = [
    ("yaml.load(x, Loader=yaml.Loader)", "yaml.safe_load(x)", True),
    ("yaml.load_all(x)", "yaml.safe_load_all(x)", True),
    ("yaml.unsafe_load(x)", "yaml.safe_load(x)", False),
    ("hashlib.md5(b'a').hexdigest()", "hashlib.sha256(b'a').hexdigest()", False),
    ("hashlib.new('sha1', b'a')", "hashlib.new('sha256', b'a')", False),
    ("token = ''.join(random.sample('abc', 3))", "token = ''.join(random.SystemRandom().sample('abc', 3))", True),
    (
        "p = etree.XMLParser(resolve_entities=True)\netree.fromstring(x, p)",
        "p = etree.XMLParser(resolve_entities=False)\netree.fromstring(x, p)",
        False,
    ),
    ("r = make_response('')\nr.set_cookie('a', 'b')", "r = make_response('')\nr.set_cookie('a', 'b', secure=True)", False),
    (
        "r = make_response('')\nr.set_cookie('a', 'b', secure=False, httponly=True)",
        "r = make_response('')\nr.set_cookie('a', 'b', secure=True, httponly=True)",
        False,
    ),
]
IMPORTS = ("import hashlib, random, yaml", "from lxml import etree", "from flask import make_response")


@pytest.mark.parametrize(("before", "after", "safe"), SETTINGS)
def test_settings_are_mended(before: str, after: str, safe: bool) -> None:
    assert mended(web(before, *IMPORTS)) == (web(after, *IMPORTS), safe)


def test_numbers_that_are_wanted_again_stay() -> None:
    body = "random.seed(1)\ntoken = ''.join(random.sample('abc', 3))"
    assert [fix for _, fix in suggestions(web(body, *IMPORTS))] == [None]


def test_a_text_that_is_not_the_analysed_one_gets_no_fix() -> None:
    text = web(STATEMENTS[0][1], SQLITE)
    (flow,) = flows(text, "main.py")
    module = lowered(text, "main.py")
    assert fixes.suggest(flow, module, text) is not None
    assert fixes.suggest(flow, module, "\ufeff" + text) is None
    assert fixes.suggest(flow, module, text.replace("view", "vue")) is None
    other = lowered(text, "other.py")
    assert fixes.suggest(flow, other, text) is None


def hits(tmp_path: Path, files: dict[str, str], target: str) -> list[Hit]:
    """What the analyzer makes of the child's answer about one file."""
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8", newline="")
    asked = Job(files={f"app/{name}": name for name in files}, targets=(f"app/{target}",))
    answer = json.dumps(perform(asked, tmp_path, analyse).document(asked.files)).encode()
    job = analyzer.Job(root=tmp_path, files=(target,), executable=Path("python"), rules=tmp_path)
    output = analyzer.Output(
        command=analyzer.Command(argv=("python",)),
        outcome=Outcome.OK,
        code=0,
        stdout=answer,
        stderr=b"",
        seconds=0,
        isolation="",
    )
    return list(Dataflow().read(job, [output]).hits)


def test_hits_carry_their_fix(tmp_path: Path) -> None:
    _, before, after, _ = STATEMENTS[0]
    text = web(before, SQLITE).replace("\n", "\r\n")
    (hit,) = hits(tmp_path, {"main.py": text}, "main.py")
    assert hit.fix is not None
    assert hit.fix.title == "Bind the values as parameters of the statement"
    assert {edit.path for edit in hit.fix.edits} == {"main.py"}
    assert hit.fix.safe
    assert apply_edits(text, hit.fix.edits) == web(after, SQLITE).replace("\n", "\r\n")


def test_files_in_another_encoding_get_no_fix(tmp_path: Path) -> None:
    text = "# coding: latin-1\n" + web(STATEMENTS[0][1].replace("a =", "é ="), SQLITE)
    (hit,) = hits(tmp_path, {"main.py": text}, "main.py")
    assert hit.fix is None


def test_a_hit_has_no_fix_for_another_file(tmp_path: Path) -> None:
    main = "from flask import request\nimport helper\ndef view():\n    helper.ask(request.args['x'])\n"
    helper = """import sqlite3\ndef ask(x):\n    sqlite3.connect('a').execute(f"SELECT 1 FROM t WHERE a = '{x}'")\n"""
    (hit,) = hits(tmp_path, {"main.py": main, "helper.py": helper}, "main.py")
    assert hit.fix is None
    assert [item.fix is not None for item in hits(tmp_path, {"main.py": main, "helper.py": helper}, "helper.py")] in (
        [],
        [True],
    )


def test_every_fix_that_knowledge_names_exists() -> None:
    libraries = [*load_all("python"), *load_all("javascript")]
    named = {sink.fix for library in libraries for sink in library.sink}
    named |= {setting.fix for library in libraries for setting in library.setting}
    assert named - {""} == set(fixes.FIXES)


# ---------------------------------------------------------------- odd sources

NAMES = ["x", "y", "x.strip()", "(x)", "d['k']", 'd["k"]', "x[0]", "f(x, 'é')", "x or y", "'lit'", "1", "ж"]
TEXTS = [
    "a = '",
    "' AND b = ",
    "'",
    " AND c LIKE '%",
    "%' ",
    " é ",
    "{{",
    "}}",
    "%",
    "%%",
    "\\n",
    "\\'",
    "# no",
    "-- ",
    ";",
    "\t",
    "?",
    "",
]
CLAUSES = [("a = '", "'"), ("b < ", ""), ("é LIKE '%", "%'"), ("c IN (1, '", "')"), ("d = 'x ", " y'")]
"""What a hole may stand in."""
LAYOUTS = [" + ", " +  # why\n        ", "\t+\t", " +\n\t\t"]
pieces = st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(NAMES)), min_size=1, max_size=4)


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """A text with values in it, in some style and layout."""
    parts = draw(pieces)
    quote = draw(st.sampled_from(['"', '"""']))
    style = draw(st.sampled_from(["f", "+", "%", "format", "side"]))
    start = "SELECT é FROM t WHERE " + draw(st.sampled_from(["a = '", "a = ", "b IN ('", "é = "]))
    if draw(st.booleans()):
        clauses = draw(st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=4))
        percent = "%%" if style == "%" else "%"
        opened = [opening.replace("%", percent) for opening, _ in clauses]
        closed = [closing.replace("%", percent) for _, closing in clauses]
        start = "SELECT é FROM t WHERE " + opened[0]
        texts = [f"{closing} AND {opening}" for closing, opening in zip(closed, [*opened[1:], ""], strict=True)]
        texts[-1] = closed[-1]
        parts = [(text, draw(st.sampled_from(NAMES[:8]))) for text in texts]
    if style == "f":
        return f"f{quote}{start}" + "".join(f"{{{name}}}{text}" for text, name in parts) + quote
    if style == "side":
        layout = draw(st.sampled_from([" ", "\n        ", "  # é\n        "]))
        return layout.join([f"{quote}{start}{quote}", *(f"f{quote}{{{name}}}{text}{quote}" for text, name in parts)])
    if style == "+":
        layout = draw(st.sampled_from(LAYOUTS))
        return layout.join([f"{quote}{start}{quote}", *(f"{name}{layout}{quote}{text}{quote}" for text, name in parts)])
    if style == "%":
        return f"{quote}{start}" + "".join(f"%s{text}" for text, _ in parts) + quote + f" % ({', '.join(n for _, n in parts)},)"
    return (
        f"{quote}{start}" + "".join(f"{{}}{text}" for text, _ in parts) + quote + f".format({', '.join(n for _, n in parts)})"
    )


class Recorder:
    """A cursor that keeps what it is given."""

    def __init__(self) -> None:
        self.given: tuple[object, ...] = ()

    def execute(self, *given: object) -> None:
        self.given = given


def executed(view: str, name: str) -> tuple[object, ...] | None:
    """What the view gives to its cursor for harmless values; None where it fails before."""
    cursor = Recorder()
    scope: dict[str, object] = {"request": SimpleNamespace(args={"x": "vx", "y": "vy", "k": "vk"})}
    exec(compile(view, name, "exec"), scope)
    try:
        scope["view"](cursor, lambda *_: "vf", "vz")  # type: ignore[operator]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return cursor.given


MARKS = {"sqlite3": r"\?", "pymysql": "%s", "oracledb": r":\d"}


def unbound(statement: str, values: Sequence[object], driver: str) -> str:
    """A pattern of the statements that had these values in the text, quoted or not."""
    parts = re.split(MARKS[driver], statement)
    assert len(parts) == len(values) + 1
    if driver == "pymysql":
        parts = [part.replace("%%", "%") for part in parts]
    pattern = re.escape(parts[0])
    for value, part in zip(values, parts[1:], strict=True):
        pattern += f"'?{re.escape(str(value))}'?{re.escape(part)}"
    return pattern


@settings(max_examples=200, deadline=None)
@given(
    expressions(),
    st.sampled_from(sorted(MARKS)),
    st.sampled_from(
        [
            "cur.execute({})",
            "cur.execute(  # é\n        {}\n    )",
            "s = ({})\n    cur.execute(s)",
            "é = 1; cur.execute(({}),)",
        ]
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_bound_statement_is_silent_and_asks_the_same(expression: str, driver: str, call: str, ending: str) -> None:
    body = call.replace("{}", expression)
    head = f"from flask import request\nimport {driver}\n\n"
    view = f"def view(cur, f, ж):\n    d = request.args\n    x = d['x']\n    y = d['y']\n    {body}\n"
    try:
        ast.parse(view)
    except SyntaxError:
        return
    head, view = head.replace("\n", ending), view.replace("\n", ending)
    for flow, fix in suggestions(head + view):
        if fix is None:
            continue
        after = apply_edits(head + view, fix.edits)
        ast.parse(after)
        assert flow.sink.span.line not in {left.sink.span.line for left in flows(after, "main.py")}, after
        before, now = executed(view, "before"), executed(after.removeprefix(head), "after")
        if before is not None:
            assert now is not None
            statement, values = now
            assert isinstance(statement, str)
            assert isinstance(values, tuple | list)
            assert re.fullmatch(unbound(statement, values, driver), str(before[0])), (before, now)
