"""`/fusion fix` as an installation does it: a process, GitHub's own API by its description, real analyzers, a real branch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.fixing import quick
from tests.fakes.github import FakeGitHub
from tests.fakes.github.state import Repository
from tests.fakes.serving import installed

SHOP = "octo/shop"
CODE = """\
import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.route("/run")
def run():
    return subprocess.run("ls " + request.args["name"], shell=True)
"""
MENDED = 'subprocess.run(["ls", request.args["name"]])'


def branches(where: Repository) -> list[str]:
    """Those that Fusion made."""
    listed = where.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/fusion")
    return listed.decode().split()


@pytest.mark.slow
def test_a_finding_is_mended_by_a_suggestion_and_by_a_branch(tmp_path: Path) -> None:
    with FakeGitHub() as github:
        where = github.create(SHOP, {"app.py": "x = 1\n", "kept.py": "y = 1\n", ".fusion.yml": quick()})
        github.user("mona", octo__shop="write")
        github.user("eve", octo__shop="read")
        with installed(github, tmp_path / "home", SHOP, FUSION_EVIDENCE="auto") as bot:

            def rest() -> None:
                github.settle()
                bot.settled()

            number = github.open_pull(SHOP, head="feature", files={"app.py": CODE}, user="mona")
            rest()
            head = where.sha("feature")
            thread = next(one for one in github.threads(SHOP, number) if one.line == 10)
            for text in ("/fusion fix", "/fusion fix commit", "/fusion fix commit"):
                github.reply(SHOP, thread.node, "mona", text)
                rest()
            [branch] = branches(where)
            assert where.commit(where.sha(branch))["parents"] == [head]
            assert MENDED in where.blob(f"{where.sha(branch)}:app.py").decode()
            assert where.blob(f"{where.sha(branch)}:kept.py") == b"y = 1\n"

            where.protected = ("fusion/",)
            where.move(branch, None)
            github.reply(SHOP, thread.node, "eve", "/fusion fix commit")
            rest()
            github.reply(SHOP, thread.node, "mona", "/fusion fix commit")
            rest()
        assert branches(where) == []
        assert where.sha("feature") == head
        said = [comment.body for comment in thread.comments if comment.author.login.endswith("[bot]")][1:]
        assert f"```suggestion\n    return {MENDED}\n```" in said[0]
        assert f"It is a commit on the branch `{branch}`" in said[1]
        assert said[2].rpartition("<!--")[0] == said[1].rpartition("<!--")[0], "once more is the same branch"
        assert "takes commands from people who may write" in said[3]
        assert "It is only shown, because it cannot be committed to a branch" in said[4]
        assert f"+    return {MENDED}" in said[4]
