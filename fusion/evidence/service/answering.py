"""From a question to its answer: one analyzer in the sandbox of this machine, and nothing left of it afterwards."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pydantic_core import PydanticSerializationError

import fusion
from fusion.evidence.analyzer import Analyzer, Missing, Ready
from fusion.evidence.digests import rules_of
from fusion.evidence.examine import examine
from fusion.evidence.examiner import Look
from fusion.evidence.sandbox import Sandbox
from fusion.evidence.service.contract import LIMITS, Answer, Catalogue, Limits, Question, Tool, knowledge_file, seen, values
from fusion.model import Outcome, Unread

log = logging.getLogger("fusion.evidence.service")

_FOLDER = "fusion-scratch-knowledge-"
"""As scratch copies are called, so that what a killed process left is swept up with them."""


class Answering:
    """Answers questions with these analyzers. `limits` bound its answers; a question's own are checked where it is read."""

    def __init__(self, analyzers: Mapping[str, Analyzer], sandbox: Sandbox, *, limits: Limits = LIMITS) -> None:
        self._analyzers = analyzers
        self._sandbox = sandbox
        self._limits = limits

    def catalogue(self, *, at_once: int) -> Catalogue:
        """What there is to ask. Starts no process."""
        return Catalogue(
            fusion=fusion.__version__,
            isolation=self._sandbox.isolation,
            network_cut=self._sandbox.network_cut,
            files_confined=self._sandbox.files_confined,
            at_once=at_once,
            tools=tuple(self._tool(name, analyzer) for name, analyzer in self._analyzers.items()),
        )

    def _tool(self, name: str, analyzer: Analyzer) -> Tool:
        if self._exposed(analyzer):
            return Tool(name=name, missing=_EXPOSED)
        ready = _located(analyzer)
        if isinstance(ready, Missing):
            return Tool(name=name, missing=ready.reason)
        return Tool(name=name, version=ready.version, rules=rules_of(analyzer))

    def _exposed(self, analyzer: Analyzer) -> bool:
        return not (self._sandbox.network_cut or analyzer.parse_only)

    async def answer(self, question: Question) -> bytes:
        """The answer as JSON, within its limits. Whatever the tool does is in it; raises nothing for that."""
        started = time.monotonic()
        answer = await self._answered(question)
        log.info(
            "%s: %s, %d of %d files read, %d hits, %.1f s",
            question.tool if question.tool in self._analyzers else "an unknown tool",
            answer.look.outcome,
            len(answer.look.read),
            len(question.files),
            len(answer.look.hits),
            time.monotonic() - started,
        )
        return await asyncio.to_thread(self._document, question, answer)

    async def _answered(self, question: Question) -> Answer:
        analyzer = self._analyzers.get(question.tool)
        if analyzer is None:
            return self._refused(question, "the evidence service has no such analyzer")
        if self._exposed(analyzer):
            return self._refused(question, _EXPOSED)
        with _knowledge(question.knowledge) as folders:
            knowing = getattr(analyzer, "knowing", None)
            if folders and knowing is not None:
                analyzer = knowing(folders)
            ready = _located(analyzer)
            if isinstance(ready, Missing):
                return self._refused(question, ready.reason)
            look = await self._look(analyzer, ready, question)
            if folders and knowing is None:
                look = replace(look, reason="; ".join(part for part in (look.reason, _UNUSED) if part))
            rules = await asyncio.to_thread(rules_of, analyzer)
        return Answer(
            tool=question.tool, version=ready.version, rules=rules, isolation=self._sandbox.isolation, look=seen(look)
        )

    async def _look(self, analyzer: Analyzer, ready: Ready, question: Question) -> Look:
        most = self._limits.until(question.seconds)
        try:
            async with asyncio.timeout(most):
                look = await examine(
                    analyzer,
                    ready,
                    question.files,
                    sandbox=self._sandbox,
                    seconds=question.seconds,
                    beside=question.beside,
                    own=question.own,
                )
        except TimeoutError:
            return _unread(question, Outcome.TIMED_OUT, f"stopped after {most:,.0f} s in all")
        except Exception as error:  # a third party's analyzer may raise anything, and the next question may be another's
            return _unread(question, Outcome.FAILED, f"the analyzer raised {type(error).__name__}")
        most_hits = self._limits.hits
        if len(look.hits) <= most_hits and len(look.cleared) <= most_hits:
            return look
        said = f"{max(len(look.hits), len(look.cleared)):,} hits; the first {most_hits:,} were kept"
        return replace(
            look,
            outcome=look.outcome if look.outcome is not Outcome.OK else Outcome.CUT,
            reason="; ".join(part for part in (said, look.reason) if part),
            hits=look.hits[:most_hits],
            cleared=look.cleared[:most_hits],
        )

    def _refused(self, question: Question, reason: str) -> Answer:
        look = _unread(question, Outcome.SKIPPED, reason)
        return Answer(tool=question.tool, isolation=self._sandbox.isolation, look=seen(look))

    def _document(self, question: Question, answer: Answer) -> bytes:
        """JSON within the limit; a tool that floods, or says what JSON cannot, has failed."""
        try:
            document = answer.model_dump_json().encode()
            if len(document) <= self._limits.answer and values(document) <= self._limits.values:
                return document
            why = f"its answer is larger than {self._limits.answer:,} bytes, or has more than {self._limits.values:,} values"
        except (PydanticSerializationError, UnicodeEncodeError):
            why = "it said what is no text"
        look = _unread(question, Outcome.FAILED, why)
        return answer.model_copy(update={"look": seen(look)}).model_dump_json().encode()


_EXPOSED = "the network cannot be cut off at the evidence service, and it does more than parse what it reads"
_UNUSED = "knowledge was sent along, and this tool uses none"


def _unread(question: Question, outcome: Outcome, reason: str) -> Look:
    unread = tuple(Unread(path=path, reason=f"{question.tool} {reason}") for path in question.files)
    return Look(outcome=outcome, reason=reason, unread=unread)


def _located(analyzer: Analyzer) -> Ready | Missing:
    try:
        return analyzer.locate()
    except Exception as error:  # as above
        return Missing(f"it cannot be found ({type(error).__name__})")


@contextmanager
def _knowledge(files: Mapping[str, bytes]) -> Iterator[tuple[Path, ...]]:
    """A folder for each file, in their order, while the question is worked on."""
    if not files:
        yield ()
        return
    with tempfile.TemporaryDirectory(prefix=_FOLDER) as root:
        folders = []
        for number, (name, data) in enumerate(files.items(), start=1):
            named = knowledge_file(name)
            assert named is not None  # the contract takes no other names
            place = Path(root, f"{number:04}", named[0])
            place.mkdir(parents=True)
            place.joinpath(named[1]).write_bytes(data)
            folders.append(place.parent)
        yield tuple(folders)
