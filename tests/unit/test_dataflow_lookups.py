"""What unknown calls look up: it is not the text that it was found by, and what is only their answer is only possible."""

from __future__ import annotations

import pytest

from fusion.model import Confidence
from tests.fakes.dataflow import analysed, marked

HEAD = "import os\nfrom flask import Flask, request, send_file\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    "body",
    [
        "    run = store().get_run(request.args['id'])\n    os.listdir(run.info.path)\n",
        "    for run in store().find_runs(name=request.args['id']):\n        os.listdir(run.path)\n",
        "    os.listdir(store().get_row(request.args['id'])['path'])\n",
        "    os.listdir(store().get_row(request.args['id']).path.strip())\n",
        "    os.system(store().lookup(request.url).data.get('command'))\n",
        "    os.listdir(store().get_path(request.args['id']).parent)  # expect: path-traversal\n",
        "    os.listdir(store().get_run(request.args['id']).strip())  # expect: path-traversal\n",
        "    os.listdir(store().parse_target(request.args['id']).path)  # expect: path-traversal\n",
        "    os.listdir(store().Target(request.args['id']).path)  # expect: path-traversal\n",
        "    os.listdir(store().get_fields(request.args).path)  # expect: path-traversal\n",
    ],
)
def test_an_object_that_is_looked_up_is_not_the_text_that_it_is_found_by(body: str) -> None:
    marked(f"{HEAD}@app.route('/')\ndef view():\n{body}    return 'ok'\n")


@pytest.mark.parametrize(
    ("call", "confidence"),
    [
        ("finder.find(request.args['f'])", Confidence.POSSIBLE),
        ("finder.render_name(request.args['f'])", Confidence.POSSIBLE),
        ("finder.on_action(**request.form)", Confidence.POSSIBLE),
        ("''.join([finder.find(request.args['f'])])", Confidence.POSSIBLE),
        ("finder.convert(request.args['f'])", Confidence.LIKELY),
        ("request.args['f']", Confidence.CERTAIN),
    ],
)
def test_what_an_unknown_call_answers_is_only_possible(call: str, confidence: Confidence) -> None:
    code = f"{HEAD}@app.route('/')\ndef view():\n    finder = app.extensions['finder']()\n    return send_file({call})\n"
    assert [flow.confidence for flow in analysed(code).flows] == [confidence]
