"""Data flow over a whole tree in portions tells what one look at all files tells: across their borders, each thing once."""

from __future__ import annotations

from pathlib import Path

from fusion.evidence.analyzers.dataflow import Dataflow
from fusion.evidence.local import LocalExaminer
from fusion.evidence.portions import Portions, Progress, collect_on
from fusion.evidence.sandbox import Sandbox
from fusion.model import Outcome, Provenance, ToolReport
from fusion.policy import Policy
from tests.fakes.sides import sides

ROOT = Path(__file__).parents[2]
FAKES = ROOT / "tests" / "fakes"
BY_WORDS = f"import sys; sys.path.insert(0, {str(FAKES)!r}); from analysis import main, analyse; "
MORTAL = (
    BY_WORDS + "'dead.py' in str(open(sys.argv[2]).read().partition('targets')[2]) and sys.exit('gone'); main(analyse=analyse)"
)
HOST = LocalExaminer(Sandbox.detect())
EACH = Portions(followed_files=1, seconds=-1)


async def whole(tree: dict[str, str], portions: Portions, *, code: str = BY_WORDS + "main(analyse=analyse)") -> ToolReport:
    """All goes together; the analysis that goes by words, or the real one without `code`."""
    change, contents = sides({path: text.encode() for path, text in tree.items()}, whole_tree=True)
    tool = Dataflow(("-I", "-c", code), (ROOT / "fusion", FAKES)) if code else Dataflow()
    progress: Progress | None = None
    while progress is None or not progress.finished:
        progress = await collect_on(
            tool,
            change=change,
            contents=contents,
            policy=Policy(),
            examiner=HOST,
            provenance=Provenance(),
            so_far=progress,
            portions=portions,
        )
    return progress.report


async def test_what_crosses_portions_is_told_once_and_as_in_one_look() -> None:
    """The last file hands data from one file to another, where a flow of that file's own is known by then."""
    tree = {
        "a.py": "source\n",
        "b.py": "sink  # harmless\nsource\nsink  # harmless\nharmless\n",
        "old.py": "print 'old'\n",
        "y.py": "import b\nimport old\nharmless\n",
        "z.py": "import a\nimport b\nimport old\nsink\n",
    }
    together, apart = await whole(tree, Portions()), await whole(tree, EACH)
    assert [(item.location.path, item.location.line) for item in apart.evidence] == [("b.py", 1), ("b.py", 3), ("z.py", 4)]
    assert {item.id for item in apart.evidence} == {item.id for item in together.evidence}
    assert [item.trace[0].location.path for item in apart.evidence] == ["a.py", "b.py", "b.py"]
    assert apart.cleared == together.cleared
    assert [(item.location.path, item.location.line) for item in apart.cleared] == [("b.py", 4), ("y.py", 3)]
    for report in (together, apart):
        assert (report.run.outcome, report.run.hits, set(report.run.read)) == (Outcome.OK, 3, tree.keys() - {"old.py"})
        ((path, reason),) = [(item.path, item.reason) for item in report.run.unread]
        assert path == "old.py"
        assert "Python 2" in reason
    assert apart.run.reason == f"data was not followed through imported files: old.py ({reason})"


async def test_a_portion_that_dies_costs_itself_only() -> None:
    tree = {"dead.py": "source\nsink\n", "left.py": "source\nsink\n", "right.py": "import dead\nsink\n"}
    report = await whole(tree, EACH, code=MORTAL)
    assert (report.run.outcome, report.run.read) == (Outcome.FAILED, ("left.py", "right.py"))
    assert [item.path for item in report.run.unread] == ["dead.py"]
    assert [(item.location.path, item.location.line) for item in report.evidence] == [
        ("dead.py", 2),  # seen from where it is imported
        ("left.py", 2),
        ("right.py", 2),
    ]


async def test_a_request_reaches_a_query_in_another_portion() -> None:
    web = (
        "from flask import Flask, request\nfrom app.db import find\napp = Flask(__name__)\n\n"
        "@app.route('/u')\ndef user():\n    return str(find(request.args['name']))\n"
    )
    db = (
        "import sqlite3\n\n\ndef find(name):\n    rows = sqlite3.connect('x.db')\n"
        "    return rows.execute('SELECT * FROM u WHERE n = ' + name)\n"
    )
    report = await whole({"app/__init__.py": "", "app/db.py": db, "app/web.py": web}, EACH, code="")
    (item,) = [item for item in report.evidence if item.family == "sql-injection"]
    assert (item.location.path, item.location.line) == ("app/db.py", 6)
    assert {step.location.path for step in item.trace} == {"app/web.py", "app/db.py"}
