"""Any text in any field: no format lets it steer a terminal, hide, come to life, or break the document."""

from __future__ import annotations

import io
import json
import re
from functools import cache
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from rich.console import Console

from fusion.render.github import GitHub
from fusion.render.json import Json
from fusion.render.markdown import Markdown
from fusion.render.sarif import Sarif
from fusion.render.terminal import print_review
from tests.fakes import openapi
from tests.fakes.rendered import live
from tests.fakes.scenes import HOSTILE, hostile

SCHEMA = Path(__file__).parents[1] / "samples" / "schemas" / "sarif-2.1.0.json"
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
ANY = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="\x1b[]0;m\u202e\u200b\n\r\t<!->/`|@#()\\*_~:. ahtps1", max_size=60),
    st.lists(st.sampled_from(HOSTILE.split(" ")), max_size=12).map(" ".join),
)


@cache
def validator() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


@settings(max_examples=60, deadline=None)
@example("")
@example("\n\n")
@example("`" * 40)
@example("</summary></details>")
@given(ANY)
def test_whatever_the_text(text: str) -> None:
    review = hostile(text)

    file = io.StringIO()
    print_review(review, Console(file=file, width=80))
    assert not STEERING.search(file.getvalue())

    markdown = Markdown().render(review)
    assert not STEERING.search(markdown.replace("\t", ""))
    found = live(markdown)
    html = "".join(found.html)
    assert html.count("<details>") == html.count("</details>") == html.count("</summary>") == 5
    assert all(link.startswith("https://cwe.mitre.org/") for link in found.links)
    assert (found.images, found.references) == ([], [])

    log = json.loads(Sarif().render(review))
    assert next(validator().iter_errors(log), None) is None

    payload = json.loads(GitHub().render(review))
    openapi.check_body("post", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews", payload["review"])
    for comment in payload["review"]["comments"]:
        posted = live(comment["body"])
        assert (posted.images, posted.references) == ([], [])

    for document in (Json().render(review), Sarif().render(review), GitHub().render(review)):
        assert not STEERING.search(document)
        assert document.isascii()
