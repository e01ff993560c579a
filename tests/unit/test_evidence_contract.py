"""What may be asked of the evidence service: the schemas that others read are those of the types, which refuse the rest."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fusion.evidence.examiner import Look
from fusion.evidence.service import contract
from fusion.evidence.service.contract import LIMITS, Answer, Question, schemas, seen, well_named
from fusion.model import Hit, Location, Outcome, Unread

SCHEMAS = Path(contract.__file__).with_name("schemas")
ASKED: dict[str, Any] = {"tool": "marks", "files": {"a/b.py": ""}, "seconds": 5}


def test_the_schemas_in_the_folder_are_those_of_the_types() -> None:
    assert {path.name: path.read_text("utf-8") for path in SCHEMAS.iterdir()} == schemas(), "run tools/schemas"


names = st.text(min_size=1, max_size=30).filter(well_named)


@settings(max_examples=30, deadline=None)
@given(
    files=st.dictionaries(names, st.binary(max_size=50), min_size=1, max_size=4),
    beside=st.dictionaries(names, st.binary(max_size=50), max_size=4),
    knowledge=st.dictionaries(st.sampled_from(["python/a.toml", "2 javascript/b-c.toml"]), st.binary(max_size=9)),
)
def test_a_question_arrives_as_it_was_meant_and_fits_the_schema(
    files: dict[str, bytes], beside: dict[str, bytes], knowledge: dict[str, bytes]
) -> None:
    others = {path: data for path, data in beside.items() if path not in files}
    asked = Question(tool="marks", files=files, beside=others, own=tuple(others)[:1], seconds=0.5, knowledge=knowledge)
    document = asked.model_dump_json()
    assert Question.model_validate_json(document) == asked
    assert list(Question.model_validate_json(document).files) == list(files)
    jsonschema.validate(json.loads(document), json.loads(schemas()["question.schema.json"]))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        *(
            ({"files": {path: ""}}, "not one of a repository")
            for path in ("../a", "a/../b", "/a", "a//b", "a/", ".", "", "a\0b")
        ),
        ({"files": {"a" * (LIMITS.path + 1): ""}}, "not one of a repository"),
        ({"beside": {"./a": ""}}, "not one of a repository"),
        ({"files": {"a": "YQ"}}, "not base64"),
        ({"files": {"a": "Y Q="}}, "not base64"),
        ({"files": {}}, "at least 1"),
        ({"files": {"a": ""}, "beside": {"a": ""}}, "both to look at and beside"),
        ({"own": ["a/b.py"]}, "not beside"),
        ({"seconds": 0}, "greater than 0"),
        ({"seconds": LIMITS.seconds + 1}, "less than or equal"),
        ({"knowledge": {"../../python/a.toml": ""}}, "LANGUAGE/NAME.toml"),
        ({"knowledge": {"python/..toml": ""}}, "LANGUAGE/NAME.toml"),
        ({"knowledge": {"ruby/a.toml": ""}}, "LANGUAGE/NAME.toml"),
        ({"knowledge": {f"{number} python/a.toml": "" for number in range(LIMITS.knowledge_files + 1)}}, "of knowledge"),
        ({"files": {str(number): "" for number in range(LIMITS.files + 1)}}, "20,000 files"),
        ({"schema_version": 2}, "Input should be 1"),
        ({"command": ["sh"]}, "Extra inputs"),
    ],
)
def test_what_is_against_the_contract_is_refused(change: dict[str, Any], why: str) -> None:
    Question.model_validate_json(json.dumps(ASKED))
    with pytest.raises(ValidationError, match=why):
        Question.model_validate_json(json.dumps(ASKED | change))


def test_files_are_counted_as_they_are_and_not_as_they_are_written() -> None:
    most = b"x" * LIMITS.contents
    assert Question(tool="marks", files={"a": most}, seconds=1)
    with pytest.raises(ValidationError, match="bytes of files"):
        Question(tool="marks", files={"a": most}, beside={"b": b"x"}, seconds=1)


def test_a_look_comes_back_as_it_went() -> None:
    place = Hit(rule="r", message="m", location=Location(path="a", line=1, end_line=1))
    look = Look(
        outcome=Outcome.CUT,
        reason="because",
        read=("a",),
        hits=(place,),
        unread=(Unread(path="b", reason="no"),),
        cleared=(place,),
        unfollowed=(Unread(path="c", reason="no"),),
        seconds=1.5,
        version="1",
        rules="sha256:0",
    )
    answer = Answer(tool="marks", version="1", rules="sha256:0", isolation="none", look=seen(look))
    document = answer.model_dump_json()
    jsonschema.validate(json.loads(document), json.loads(schemas()["answer.schema.json"]))
    back = Answer.model_validate_json(document)
    assert back == answer
    assert {name: getattr(look, name) for name in type(back.look).model_fields} == dict(back.look)
