"""The walkthrough: what a change does and why it matters, in at most five lines, for whoever opens the pull request.

Cheap on purpose: a list of files and the change's most telling hunks. It is the only part of a review that no line of code
backs, so it may name only what is in the change; a line that names anything else is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.prompts import prompt
from agents.replies import Summary
from agents.replies import read as reply_of
from fusion.agent import Case
from fusion.changes.roles import is_document, is_example, is_production, is_test
from fusion.changes.selection import select
from fusion.model import Brief, Change, Completion, FileChange, Hunk, Limits, Passage, Prompt, Source, Walkthrough, Work
from fusion.reasoning.clean import plain
from fusion.reasoning.mermaid import diagram
from fusion.routing.residency import kept_local

NAME = "walkthrough"
LINES = 5
_LINE = 200
_FILES = 60
"""Files of the list."""
_HUNKS = 12
_HUNK_LINES = 40
_CHARACTERS = 9_000
"""Of all hunks together: about 3,000 tokens."""
_LIMITS = Limits(output_tokens=700, seconds=90.0)
_TAIL = "Say in JSON what the change above does and why it matters, in at most five lines."
_SPAN = re.compile(r"`([^`]+)`")
_FILE = re.compile(
    r"(?<![\w./-])(?:[\w.-]+/)*[\w-][\w.-]*\.[A-Za-z][A-Za-z0-9]{0,5}(?![\w/-])|(?<![\w./-])(?:[\w.-]+/){2,}[\w.-]*"
)
_WORD = re.compile(r"\w+")
_ABBREVIATIONS = frozenset({"e.g", "i.e", "etc", "vs", "no"})


def ask(case: Case) -> Prompt | None:
    """The prompt about the whole change; None where nobody wants a walkthrough, or there is nothing to tell."""
    if case.thinking is None or Work.SUMMARISE not in case.thinking.works or not case.policy.models.walkthrough:
        return None
    if case.change.whole_tree or not case.change.files:
        return None
    listed = _listed(case)
    chosen = select(case.change, case.policy)
    told = [file for file in listed if chosen.get(file.path) is None]
    passages = (_list(listed, len(case.change.files) - len(listed)), *_passages(told))
    brief = Brief(topic="the whole change", passages=passages, work=Work.SUMMARISE)
    made = prompt(NAME, brief, Summary, agent=NAME, work=Work.SUMMARISE, tail=_TAIL, limits=_LIMITS)
    shown = {source.path: source.bytes for source in made.sources}
    # The name of a file is of the repository too.
    names = {file.path: len(file.path.encode("utf-8", "surrogatepass")) for file in listed[:_FILES]}
    # What a file was called before says where its text may go, too.
    before = {file.base_path for file in listed if file.path in shown or file.path in names}
    carried = {path: shown.get(path, 0) + names.get(path, 0) for path in sorted({*shown, *names, *before})}
    return made.model_copy(update={"sources": tuple(Source(path=path, bytes=size) for path, size in carried.items())})


def read(completion: Completion, case: Case) -> Walkthrough | None:
    """The walkthrough as people may see it; None where nothing of it can be shown."""
    reply = reply_of(Summary, completion)
    if reply is None:
        return None
    known = _Names(case.change)
    lines = [line for text in reply.lines[: 4 * LINES] if (line := plain(text, _LINE)) and known.allow(line)]
    if not lines:
        return None
    return Walkthrough(lines=tuple(dict.fromkeys(lines))[:LINES], diagram=diagram(reply.diagram), model=completion.model)


class _Names:
    """What the change is made of: its files, and the words of its diff."""

    def __init__(self, change: Change) -> None:
        self._files = {name for file in change.files for path in {file.path, file.base_path} for name in _tails(path)}
        self._words = {
            word
            for file in change.files
            for text in (file.path, file.base_path, *(part for hunk in file.hunks for part in (hunk.section, hunk.body)))
            for word in _WORD.findall(text)
        }

    def allow(self, line: str) -> bool:
        """Whether each file and each code span that the line names is in the change."""
        spans = _SPAN.findall(line)
        if not all(span.strip("/") in self._files or self._is_said(span) for span in spans):
            return False
        named = _FILE.findall(_SPAN.sub(" ", line))
        return all(name.strip("/") in self._files or not _is_file(name) for name in named)

    def _is_said(self, span: str) -> bool:
        if _is_file(span):
            return False
        words = _WORD.findall(span)
        return bool(words) and all(word in self._words for word in words)


def _is_file(text: str) -> bool:
    """Whether it looks like the name of a file: with a folder, or with an ending that is no method's name."""
    if " " in text or text.lower().rstrip(".") in _ABBREVIATIONS or not _FILE.fullmatch(text):
        return False
    return "/" in text or text.rpartition(".")[2].lower() in _ENDINGS


_ENDINGS = frozenset(
    {
        *(
            "py",
            "pyi",
            "js",
            "jsx",
            "mjs",
            "cjs",
            "ts",
            "tsx",
            "go",
            "rs",
            "rb",
            "java",
            "kt",
            "c",
            "h",
            "cc",
            "cpp",
            "hpp",
            "cs",
        ),
        *(
            "php",
            "swift",
            "scala",
            "sh",
            "sql",
            "html",
            "css",
            "scss",
            "vue",
            "md",
            "rst",
            "adoc",
            "txt",
            "json",
            "yml",
            "yaml",
        ),
        *("toml", "ini", "cfg", "lock", "xml", "tf", "bicep", "gradle", "proto", "ipynb", "csv", "env"),
    }
)


def _tails(path: str) -> Iterator[str]:
    """The ways in which people name a path: all of it, its last parts, its folders."""
    parts = path.split("/")
    yield from ("/".join(parts[start:]) for start in range(len(parts)))
    yield from ("/".join(parts[:end]) for end in range(1, len(parts)))


def _listed(case: Case) -> Sequence[FileChange]:
    """The files to tell of, without those that policy keeps local: a few of them shall not decide who may tell of the rest."""
    files = case.change.files
    open_ = [file for file in files if not kept_local(case.policy.models.local, _paths(file))]
    return open_ or files


def _paths(file: FileChange) -> tuple[Source, ...]:
    return tuple(Source(path=path, bytes=1) for path in dict.fromkeys((file.path, file.base_path)))


def _list(files: Sequence[FileChange], left: int) -> Passage:
    rows = [f"{file.kind.value}, {_role(file.path)}, +{file.added} -{file.removed}: {file.path}" for file in files[:_FILES]]
    if len(files) > _FILES:
        rows.append(f"and {len(files) - _FILES} more files")
    if left:
        rows.append(f"and {left} more that are not shown")
    return Passage(name="F1", kind="metadata", path="", text="\n".join(rows))


def _role(path: str) -> str:
    if is_test(path):
        return "test"
    if is_example(path):
        return "example"
    return "document" if is_document(path) else "code" if is_production(path) else "other"


def _passages(files: Sequence[FileChange]) -> Iterator[Passage]:
    """The most telling hunks, in the order of the diff: production before the rest, the largest first, a few of each file."""
    ranked = sorted(
        ((rank, _weight(file, hunk), index, file, hunk) for index, file in enumerate(files) for rank, hunk in _ranked(file)),
        key=lambda item: (item[1][0], item[0], item[1][1], item[2]),
    )
    room = _CHARACTERS
    chosen: list[tuple[int, int, FileChange, str]] = []
    for _, _, index, file, hunk in ranked:
        text = "\n".join(hunk.body.split("\n")[:_HUNK_LINES])
        if len(chosen) < _HUNKS and len(text) <= room:
            room -= len(text)
            chosen.append((index, hunk.new_start, file, text))
    chosen.sort(key=lambda item: item[:2])
    for number, (_, _, file, text) in enumerate(chosen, start=1):
        yield Passage(name=f"P{number}", kind="change", path=file.path, text=text)


def _ranked(file: FileChange) -> Iterator[tuple[int, Hunk]]:
    """The file's hunks, the largest first, with their rank in it."""
    yield from enumerate(sorted(file.hunks, key=lambda hunk: (-_changed(hunk), hunk.new_start)))


def _weight(file: FileChange, hunk: Hunk) -> tuple[int, int]:
    role = ("code", "other", "document", "test", "example").index(_role(file.path))
    return role, -_changed(hunk)


def _changed(hunk: Hunk) -> int:
    return sum(line[:1] in "+-" for line in hunk.body.split("\n") if line)
