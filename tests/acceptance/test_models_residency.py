"""What policy keeps local is in no byte that leaves: by no prompt, not in answers to questions, and not when asked again."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fusion import local, runtime
from fusion.adapters.memory.records import MemoryBlobs, MemoryStore
from fusion.model import Prompt, Request, RequestKind, Review, Source
from fusion.routing.residency import kept_local
from fusion.runtime import SystemClock
from fusion.settings import Settings
from tests.fakes.briefs import claim
from tests.fakes.reasoning import FILE, Replying, reasoning_of
from tests.fakes.repositories import TestRepository

pytestmark = pytest.mark.slow

HERE = FILE + '\n[endpoints.here]\nkind = "openai"\naddress = "http://127.0.0.1:9/v1/"\nmodel = "big"\nlocal = true\n'
PATTERNS = ("secret/**", "/open/third.py", "open/app.py", "*gone.py", "OPEN/NEW.PY")
FILES = {
    "open/app.py": "from secret.keys import value\n\n\ndef start(n):\n    return value(n) + len('CANARYapp')\n",
    "open/third.py": "from open.app import start\n\n\ndef third(n):\n    return start(n) + len('CANARYthird')\n",
    "secret/keys.py": "from open.app import start\n\n\ndef value(n):\n    return start(len('CANARYkeys'))\n",
    "secret/old.py": "from open.app import start\n\n\n"
    + "".join(f"def old{n}():\n    return 'CANARYold'\n\n\n" for n in range(6)),
    "secret/gone.py": "def gone():\n    return 'CANARYgone'\n",
    "tests/test_keys.py": "from secret.keys import value\n\n\ndef test_value():\n    assert value(1), 'CANARYtest'\n",
}
CANARY = {
    "CANARYapp": ("open/app.py",),
    "CANARYthird": ("open/third.py",),
    "CANARYkeys": ("secret/keys.py",),
    "CANARYold": ("open/new.py", "secret/old.py"),
    "CANARYgone": ("secret/gone.py",),
    "CANARYtest": ("tests/test_keys.py",),
}
_ADDED = re.compile(r"\[\[data (P\d+) \w+\]\]\n(?:@.*\n)*(?:\d+\|.*\n)*?(\d+)\|([+-].*)")
_WORDS = re.compile(r"CANARY\w+|(?:secret|open)/\w+\.py")


class Parrot:
    """A model that repeats whatever it was shown, wherever it may write; every other prompt it answers with nonsense first."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, prompt: Prompt) -> str:
        self.asked += 1
        text = "\n".join(message.text for message in prompt.messages)
        seen = " ".join(dict.fromkeys(_WORDS.findall(text)))
        if self.asked % 2 and len(prompt.messages) == 2:
            return f"no JSON, but {seen}"
        properties = prompt.reply_schema["properties"]
        if "lines" in properties:
            return json.dumps({"lines": [seen or "Nothing."], "diagram": ""})
        found = _ADDED.search(text)
        place = {"passage": found[1], "quote": found[3]} if found else {"passage": "P1", "quote": ""}
        if "verdicts" in properties:
            return json.dumps({"verdicts": [{"claim": "C1", "reason": seen, "says": "supported", **place}]})
        if "status" in properties:
            return json.dumps({"status": "answered", "text": seen or "Yes.", **place})
        kind = properties["findings"]["items"]["properties"]["kind"]["enum"][0]
        line = int(found[2]) if found else 1
        one = claim(**place, line=line, end_line=line, kind=kind, title=f"It says {seen}"[:90], why=seen, body=seen)
        question = {"to": "tests" if prompt.agent != "tests" else "security", "passage": place["passage"], "line": line}
        asks = {"questions": [{**question, "question": f"What of {seen}?"}]} if "questions" in properties else {}
        return json.dumps({"findings": [one], "certainty": "high"} | asks)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> TestRepository:
    made = TestRepository(tmp_path_factory.mktemp("repository"))
    made.commit(dict(FILES))
    made.git("checkout", "-q", "-b", "x")
    made.git("mv", "secret/old.py", "open/new.py")
    after: dict[str, Any] = {name: text.replace("CANARY", "more CANARY") for name, text in FILES.items() if "old" not in name}
    after["open/new.py"] = FILES["secret/old.py"].replace("def old3():\n    return", "def old3():\n    return 'x' +")
    made.commit({**after, "secret/gone.py": None})
    assert "R0" in made.git("diff", "--name-status", "main", "x")
    return made


async def reviewed(
    repository: TestRepository, home: Path, patterns: tuple[str, ...]
) -> tuple[Review, list[Prompt], list[Prompt]]:
    """A review under a policy, with what the cloud was asked and what the model on this machine was asked."""
    clock = SystemClock()
    store, blobs = MemoryStore(clock), MemoryBlobs(clock)
    chosen = Settings(home=home, evidence="off")
    parrot = Parrot()
    cloud, here = Replying(parrot), Replying(parrot)
    bundle = runtime.embedded(chosen, records=(store, blobs), clock=clock)
    reasoning = reasoning_of({"cloud": cloud, "here": here}, store=store, clock=clock, file=HERE)
    policy = await blobs.put(json.dumps({"version": 1, "models": {"local": list(patterns)}}).encode())
    request = Request(kind=RequestKind.RANGE, location=str(repository.folder), policy=policy)
    result = await local.run(request, chosen, dataclasses.replace(bundle, reasoning=reasoning, tenant="t"), nonce="1")
    return Review.model_validate_json(await blobs.get(result["review"])), cloud.prompts, here.prompts


def said(prompts: list[Prompt]) -> str:
    return "\n".join(message.text for prompt in prompts for message in prompt.messages)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.sampled_from(PATTERNS), min_size=1).map(lambda chosen: tuple(sorted(chosen))))
async def test_nothing_that_policy_keeps_local_leaves(
    repository: TestRepository, tmp_path_factory: pytest.TempPathFactory, patterns: tuple[str, ...]
) -> None:
    review, cloud, here = await reviewed(repository, tmp_path_factory.mktemp("home"), patterns)
    out, home = said(cloud), said(here)
    for canary, paths in CANARY.items():
        if kept_local(patterns, [Source(path=path, bytes=1) for path in paths]):
            assert canary not in out, (canary, patterns)
            assert canary in home, (canary, patterns)
            assert not [path for path in paths if kept_local(patterns, [Source(path=path, bytes=1)]) and path in out]
        else:
            # What may leave is not held back by what may not.
            assert canary in out, (canary, patterns)
    sent = {s.path for report in review.coverage.agents for call in report.calls if not call.local for s in call.sources}
    assert not kept_local(patterns, [Source(path=path, bytes=1) for path in sorted(sent)] or [Source(path="-", bytes=0)])
    assert not [gap for gap in review.coverage.gaps if "no model read" in gap]
    works = {prompt.work.value for prompt in (*cloud, *here)}
    assert works >= {"review", "verify", "answer", "summarise"}
