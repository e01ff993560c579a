from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from fusion.model import Review
from fusion.render.json import Json, encode, json_schema
from tests.fakes.scenes import SCENES
from tests.fakes.snapshots import check

SAMPLES = Path(__file__).parents[1] / "samples" / "render"


def test_reads_as_recorded() -> None:
    check(Json().render(SCENES["second-push"]()), SAMPLES / "second-push.json")


@pytest.mark.parametrize("scene", SCENES)
def test_what_is_written_reads_back_as_the_same_review(scene: str) -> None:
    review = SCENES[scene]()
    text = Json().render(review)

    assert Review.model_validate_json(text) == review
    assert json.loads(text)["schema_version"] == 1


def test_the_schema_describes_what_is_written() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    for build in SCENES.values():
        assert not list(validator.iter_errors(json.loads(Json().render(build()))))
    assert list(validator.iter_errors({"id": 7}))


def test_the_text_is_printable_ascii() -> None:
    text = Json().render(SCENES["hostile"]())

    assert all(c == "\n" or " " <= c <= "~" for c in text)
    assert encode({"a": "\x7f"}) == '{\n  "a": "\\u007f"\n}\n'
