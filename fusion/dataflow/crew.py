"""Workers that analyse batches of files, one process each, so that what a file does to a parser costs that file only.

A worker says which file it is about to lower; when it dies or hangs, that file is left out with the reason and the batch runs
again. A worker that dies between files is halved until the file that it cannot analyse is alone. What a worker had no time for
is given to another, as long as there is any. Memory is given back with each batch.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from fusion.dataflow import ir
from fusion.dataflow.fixes import offers as fixes
from fusion.dataflow.job import Answer
from fusion.dataflow.repository.project import TIME_IS_UP, Bounds, Lower, Project, front_end
from fusion.dataflow.results import Analysis

Analyse = Callable[[Project, Sequence[str]], Analysis]
Read = Callable[[str], bytes | None]

_STACK = 256 << 20
"""Bytes of address space for the analysing thread: trees are walked by recursion."""
_RECURSION = 12_000
_BATCH_BYTES = 1_200_000
"""About 30,000 lines: what a batch holds in memory stays in bounds, and a culprit costs little work."""
_BATCH_FILES = 400
_ENOUGH = 0.8
"""Share of a worker's time after which it begins nothing new, so that it can tell what it has found."""
_MOST_DEATHS = 40
"""After so many workers that died, the rest is given up."""
_LOWER, _DONE, _FAILED = b"L", b"D", b"F"
_HEADER = 9
_COLLECT = (100_000, 20, 100)
"""Thresholds of the garbage collector: a worker ends before its garbage matters."""
_ANALYSIS = TypeAdapter(Analysis)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """How a worker ended: with an analysis, or why without one and at which file."""

    analysis: Analysis | None = None
    reason: str = ""
    path: str = ""


class Crew:
    """Analyses targets in batches. `deadline` is on the monotonic clock, `memory` in bytes beside what a worker starts with."""

    def __init__(
        self, analyse: Analyse, read: Read, paths: Sequence[str], *, deadline: float, memory: int, limits: Bounds | None = None
    ) -> None:
        self._analyse = analyse
        self._read = read
        self._paths = tuple(paths)
        self._deadline = deadline
        self._memory = memory
        self._limits = limits or Bounds()
        self._broken: dict[str, str] = {}

    def run(self, targets: Sequence[str]) -> Answer:
        """Everything that could be analysed in time, and why the rest could not."""
        answer = Answer()
        waiting = deque(self._batches(targets))
        deaths = 0
        while waiting:
            batch = waiting.popleft()
            left = self._deadline - time.monotonic()
            if left <= 0 or deaths > _MOST_DEATHS:
                why = TIME_IS_UP if left <= 0 else "too many other files made the analysis fail"
                answer.unread |= dict.fromkeys(batch, why)
                continue
            end = self._work(batch, max(1.0, left / 2) if waiting or len(batch) > 1 else left)
            if end.analysis is not None:
                late = _late(batch, end.analysis)
                if late:
                    waiting.appendleft(late)
                unread = [(path, reason) for path, reason in end.analysis.unread if path not in late]
                answer.add(replace(end.analysis, unread=unread), frozenset(batch))
                continue
            deaths += 1
            if end.path:
                self._broken[end.path] = reason = f"could not be analysed: {end.reason}"
                answer.missed(end.path, reason, batch)
                waiting.appendleft(tuple(path for path in batch if path != end.path))
            elif len(batch) > 1:
                middle = len(batch) // 2
                waiting.extendleft((batch[middle:], batch[:middle]))
            elif batch:
                answer.unread[batch[0]] = f"could not be analysed: {end.reason}"
        return answer

    def _batches(self, targets: Sequence[str]) -> list[tuple[str, ...]]:
        """The targets in the order of their folders, in portions of bounded size."""
        batches: list[tuple[str, ...]] = []
        batch: list[str] = []
        size = 0
        for path in sorted(dict.fromkeys(targets)):
            length = len(self._read(path) or b"")
            if batch and (size + length > _BATCH_BYTES or len(batch) >= _BATCH_FILES):
                batches.append(tuple(batch))
                batch, size = [], 0
            batch.append(path)
            size += length
        return [*batches, tuple(batch)] if batch else batches

    def _work(self, batch: Sequence[str], seconds: float) -> _End:
        if not batch:
            return _End(analysis=Analysis((), (), (), (), 0))
        if not hasattr(os, "fork"):
            return self._alone(batch, seconds, lambda _: None)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            self._child(batch, seconds, writing)
        os.close(writing)
        try:
            return _heard(reading, child, time.monotonic() + seconds)
        finally:
            os.close(reading)

    def _child(self, batch: Sequence[str], seconds: float, writing: int) -> None:
        """The worker: never returns."""
        code = 1
        try:
            _limit_memory(self._memory)
            gc.set_threshold(*_COLLECT)
            end = self._alone(batch, seconds, lambda path: _say(writing, _LOWER, path.encode("utf-8", "surrogatepass")))
            if end.analysis is not None:
                _say(writing, _DONE, _ANALYSIS.dump_json(end.analysis))
            else:
                _say(writing, _FAILED, end.reason.encode("utf-8", "replace"))
            code = 0
        finally:
            os._exit(code)

    def _alone(self, batch: Sequence[str], seconds: float, announce: Callable[[str], None]) -> _End:
        """The analysis in this process, on a thread with a deep stack."""
        limits = self._limits
        project = Project(
            self._read,
            self._paths,
            until=time.monotonic() + seconds * _ENOUGH,
            limits=Bounds(
                **{
                    **{name: getattr(limits, name) for name in limits.__slots__},
                    "seconds": min(limits.seconds, seconds * _ENOUGH),
                    "file_seconds": min(limits.file_seconds, seconds * 0.5),
                }
            ),
            front_ends=lambda language: self._guarded(front_end(language), announce),
        )
        ends: list[_End] = []

        def work() -> None:
            try:
                found = fixes.mended(self._analyse(project, batch), project.module, self._read)
            except (Exception, MemoryError) as error:  # The process's edge: one batch's failure is a value.
                ends.append(_End(reason=f"internal error {type(error).__name__}: {error}"[:200]))
            else:
                unread = {**dict(found.unread), **project.unread}
                ends.append(_End(analysis=_plain(found, unread)))

        _on_deep_stack(work)
        return ends[0]

    def _guarded(self, lower: Lower, announce: Callable[[str], None]) -> Lower:
        def guarded(path: str, data: bytes) -> ir.Module:
            if path in self._broken:
                raise ir.NotAnalysed(f"could not be analysed: {self._broken[path]}")
            announce(path)
            try:
                return lower(path, data)
            finally:
                announce("")

        return guarded


def _late(batch: Sequence[str], found: Analysis) -> tuple[str, ...]:
    """The targets that the worker had no time for; none where it had none for any, for the next one would have less."""
    unread = dict(found.unread)
    late = tuple(path for path in batch if unread.get(path) == TIME_IS_UP)
    return late if len(late) < len(batch) else ()


def _plain(found: Analysis, unread: Mapping[str, str]) -> Analysis:
    return Analysis(tuple(found.flows), tuple(found.cleared), tuple(unread.items()), tuple(found.read), found.lines)


def _on_deep_stack(work: Callable[[], None]) -> None:
    before = sys.getrecursionlimit()
    size = threading.stack_size(_STACK)
    try:
        sys.setrecursionlimit(max(before, _RECURSION))
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(before)


def _say(pipe: int, kind: bytes, data: bytes) -> None:
    message = memoryview(kind + len(data).to_bytes(_HEADER - 1, "big") + data)
    while message:
        message = message[os.write(pipe, message) :]


def _heard(pipe: int, child: int, deadline: float) -> _End:
    """What the worker said before its end; it is killed at the deadline."""
    said = bytearray()
    late = False
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(pipe, 1 << 20) if ready else b""
        if not part:
            late = not ready
            break
        said += part
    if late:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    path = ""
    for kind, data in _messages(bytes(said)):
        if kind == _LOWER:
            path = data.decode("utf-8", "surrogatepass")
        elif kind == _FAILED:
            return _End(reason=data.decode("utf-8", "replace"))
        elif kind == _DONE:
            try:
                return _End(analysis=_ANALYSIS.validate_json(data))
            except ValidationError:
                return _End(reason="its worker gave an answer that cannot be read")
    return _End(reason="it took too long" if late else _death(os.waitstatus_to_exitcode(status)), path=path)


def _messages(said: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    at = 0
    while len(said) - at >= _HEADER:
        size = int.from_bytes(said[at + 1 : at + _HEADER], "big")
        if len(said) - at - _HEADER < size:
            break
        found.append((said[at : at + 1], said[at + _HEADER : at + _HEADER + size]))
        at += _HEADER + size
    return found


def _death(code: int) -> str:
    if code >= 0:
        return f"its process ended with exit code {code}"
    try:
        return f"its process was killed by signal {signal.Signals(-code).name}"
    except ValueError:
        return f"its process was killed by signal {-code}"


def _limit_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:
        return
    now = 0
    with contextlib.suppress(OSError, ValueError):
        now = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    room = now + memory + _STACK
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (room, room))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
