"""What the code of real packages showed: causes of false and missing findings, each as a small program."""

from __future__ import annotations

from fusion.dataflow.project import Bounds, Project
from fusion.dataflow.solver.analysis import analyse
from tests.fakes.dataflow import marked


def test_keys_called_like_methods() -> None:
    marked("""
        import os
        from flask import Flask, request
        app = Flask(__name__)
        @app.route("/")
        def view():
            settings = {"update": True, "get": 1}
            settings.update({"name": request.args["name"]})
            os.system(settings["name"])  # expect: command-injection
            kind = {"type": "object", "items": {"type": "string"}, "values": 3}
            for value in kind.values():
                os.system(value.items())
    """)


def test_more_targets_than_imports_are_followed() -> None:
    flow = b"import os\nfrom flask import request\ndef view():\n    os.system(request.args['name'])\n"
    files = {f"m{number}.py": b"import os\n" for number in range(700)} | {"web.py": flow}
    project = Project(files.get, list(files), limits=Bounds(seconds=600))
    found = analyse(project, list(files))
    assert [(one.sink.path, one.sink.span.line, one.kind.value) for one in found.flows] == [("web.py", 4, "command-injection")]
