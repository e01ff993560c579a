"""The image of the evidence service holds the analyzers and the runner: they work with these alone, and nothing else is in it.

The files and packages are those that `Dockerfile.evidence` names. No image is built: the service is started from a copy of
these files, in a process that finds no other packages.
"""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fusion import plugins
from fusion.evidence.analyzer import Ready
from fusion.evidence.service.contract import Answer, Question
from fusion.model import Outcome

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile.evidence").read_text("utf-8")
COPIED = [line.split()[1:-1] for line in re.findall(r"^COPY fusion.*$", TEXT, re.MULTILINE)]
INSTALLED = re.search(r"-c constraints\.txt \\\n([^&]*)&&", TEXT)

# Runs a module of the copy, and finds what the image has and nothing else.
_RUNNER = """
import runpy, sys
from importlib import metadata
copy, allowed, module, *arguments = sys.argv[1:]
allowed = set(allowed.split(","))
owners = metadata.packages_distributions()

class Image:
    @staticmethod
    def find_spec(name, path=None, target=None):
        top = name.partition(".")[0]
        if top in owners and top != "fusion" and not allowed & {one.lower().replace("_", "-") for one in owners[top]}:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)

sys.meta_path[:] = [Image, *(finder for finder in sys.meta_path if "editable" not in repr(finder).lower())]
sys.path.insert(0, copy)
sys.argv = [module, *arguments]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""

FILES: dict[str, bytes] = {
    "a.py": b"import subprocess\n\n\ndef run(command):\n    subprocess.call(command, shell=True)\n",
    "a.js": b"if (a = 1) { debugger; eval(location.hash); }\n",
    "a.sh": b"#!/bin/sh\necho $1\n",
    "Dockerfile": b"FROM debian\nRUN cd /x && sudo ls\n",
    "a.c": b"int main(void) { int a[1]; return a[3]; }\n",
    ".github/workflows/a.yml": b"on: pull_request_target\njobs:\n  a:\n    runs-on: x\n    steps: [{uses: a/b@v4}]\n",
}


def closure(names: Iterable[str]) -> set[str]:
    """The distributions with all that they need."""
    found: set[str] = set()
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        needed = [Requirement(text) for text in metadata.requires(name) or ()]
        waiting += [canonicalize_name(one.name) for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What runs a module as in the image; the module and its arguments follow."""
    assert INSTALLED is not None
    copy = tmp_path_factory.mktemp("image")
    (copy / "fusion").mkdir()
    for name in (name for names in COPIED for name in names):
        place = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(place, copy / name, ignore=ignored) if place.is_dir() else shutil.copy(place, copy / name)
    (copy / "run.py").write_text(_RUNNER)
    allowed = closure(INSTALLED[1].replace("\\", " ").split())
    assert allowed.isdisjoint({"githubkit", "fastapi", "httpx", "azure-identity", "openai", "durabletask", "typer", "pip"})
    return [sys.executable, "-I", str(copy / "run.py"), str(copy), ",".join(sorted(allowed))]


def test_the_service_and_its_tools_need_nothing_else(command: list[str], tmp_path: Path) -> None:
    tools = {name: tool for name, tool in plugins.analyzers().plugins.items() if isinstance(tool.locate(), Ready)}
    # This one's process cannot be started from the copy: its own test is below.
    tools.pop("dataflow")
    with subprocess.Popen(
        [*command, "fusion.evidence.service", "--port", "0", "--in-sandbox-pool"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={},
    ) as process:
        assert process.stderr is not None
        found = re.search(r"http://\S+", said := process.stderr.readline())
        assert found, said + process.stderr.read()
        looks = {}
        for name, tool in tools.items():
            files = {path: data for path, data in FILES.items() if tool.wants(path, data)}
            question = Question(tool=name, files=files, seconds=60).model_dump_json()
            reply = httpx.post(
                f"{found[0]}/examine", content=question, headers={"content-type": "application/json"}, timeout=90
            )
            looks[name] = Answer.model_validate_json(reply.content).look
        process.send_signal(signal.SIGTERM)
        log = process.stderr.read()
    assert process.returncode == 0, log
    assert {name: (look.outcome, look.reason) for name, look in looks.items()} == dict.fromkeys(tools, (Outcome.OK, ""))
    quiet = {name for name, look in looks.items() if not look.hits}
    assert quiet <= {"secrets", "lizard"}, "each tool has something to say about these files"
    assert not any(path in log for path in FILES), "the log names no file"


def test_the_analysis_of_data_flow_needs_nothing_else(command: list[str], tmp_path: Path) -> None:
    program = b"import os\nfrom flask import request\n\n\ndef run():\n    os.system(request.args['x'])\n"
    script = b"const cp = require('child_process');\nexports.run = (req) => cp.exec(req.query.x);\n"
    for name, data in {"a.py": program, "a.js": script}.items():
        (tmp_path / name).write_bytes(data)
    names = {"a.py": "a.py", "a.js": "a.js"}
    job = {"files": names, "targets": list(names), "seconds": 30, "memory": 1 << 30, "knowledge": []}
    (tmp_path / "job.json").write_text(json.dumps(job))
    done = subprocess.run(
        [*command, "fusion.dataflow", "--job", "./job.json"], capture_output=True, text=True, cwd=tmp_path, env={}, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["unread"] == []


def test_the_image_starts_the_service_without_a_token_nowhere_but_in_a_pool() -> None:
    assert 'ENTRYPOINT ["python", "-I", "-m", "fusion.evidence.service"]' in TEXT
    assert 'CMD ["--host", "0.0.0.0"]' in TEXT
    assert re.search(r"^USER 10001$", TEXT, re.MULTILINE)
    assert "FUSION_EVIDENCE_TOKEN" not in re.sub(r"^#.*$", "", TEXT, flags=re.MULTILINE)
