"""The worker's own types are the contract's, to the letter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, ValidationError

from gpu_worker.contract import Answer, Job, Prompt, Result

CONTRACT = Path(__file__).parents[1] / "contract"
TYPES: dict[str, type[BaseModel]] = {"job": Job, "result": Result, "prompt": Prompt, "answer": Answer}
DIGEST = "sha256:" + "0" * 64
JOB = {
    **{"id": "j", "urgency": "pull", "repository": "o/n", "model": "m", "payload": DIGEST, "run": "r", "event": "e"},
    **{"enqueued": "2026-01-01T00:00:00Z", "expires": "2026-01-01T01:00:00+02:00"},
}


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CONTRACT / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


def bare(value: Any, definitions: dict[str, Any]) -> Any:
    """A schema without what it says to people, its references followed."""
    if isinstance(value, list):
        return [bare(each, definitions) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return bare(definitions[value["$ref"].rpartition("/")[2]], definitions)
    return {
        name: {key: bare(each, definitions) for key, each in inner.items()}
        if name == "properties"
        else bare(inner, definitions)
        for name, inner in value.items()
        if name not in ("title", "description", "$schema", "$defs", "default")
    }


@pytest.mark.parametrize("name", TYPES)
def test_a_type_has_the_shape_of_its_schema(name: str) -> None:
    written, ours = schema(name), TYPES[name].model_json_schema()
    jsonschema.Draft202012Validator.check_schema(written)
    assert bare(ours, ours.get("$defs", {})) == bare(written, written.get("$defs", {}))


@pytest.mark.parametrize(
    "change",
    [
        *({"payload": "sha256:" + "G" * 64}, {"urgency": "soon"}, {"schema_version": 2}, {"more": 1}, {"id": 3}, {"run": None}),
        {"payload": "../../etc/passwd"},
    ],
)
def test_what_the_schema_refuses_the_type_refuses(change: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(schema("job"))
    assert validator.is_valid(JOB)
    Job.model_validate_json(json.dumps(JOB))
    assert not validator.is_valid(JOB | change)
    with pytest.raises(ValidationError):
        Job.model_validate_json(json.dumps(JOB | change))


def test_a_time_without_an_offset_is_no_time() -> None:
    with pytest.raises(ValidationError):
        Job.model_validate_json(json.dumps(JOB | {"expires": "2026-01-01T00:00:00"}))


def test_what_a_worker_says_fits() -> None:
    result = Result(job="j", ending="timed_out", first_token_seconds=0.5, worker="w")
    jsonschema.validate(json.loads(result.model_dump_json()), schema("result"))
    answer = Answer(job="j", run="r", event="e", result=DIGEST)
    jsonschema.validate(json.loads(answer.model_dump_json()), schema("answer"))
