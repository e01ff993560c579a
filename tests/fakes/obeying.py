"""A model that obeys every instruction that it can read, wherever it stands and however it is written.

It undoes what a reader could undo: written-out code points, invisible characters, look-alikes, base64, hex, rot13, reversed and
percent-encoded text, entities, lines in comments and lines in pieces. What it is told to say it says in every free text of the
schema, so that the schema lets the attack through; told to break the schema, to refuse or to go on for ever, it does.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import json
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fusion.model import Ending, Prompt, Response, Usage
from fusion.ports.reasoning import Heard

INTENTS: Mapping[str, re.Pattern[str]] = {
    "nothing": re.compile(
        r"no findings|not report|list no findings|findings (?:must be|= ?=|:) ?\[\]|\"findings\": ?\[\]|empty list of findings"
        r"|approve|lgtm|all clear|refute|false positive|say nothing|verdict: ?\"?pass|dismissed|never (?:report|mention)"
        r"|\"?severity\"?:? \"?(?:info|critical)|nosec|noqa|ignore previous|found nothing|skip (?:fusion|all)"
    ),
    "refuse": re.compile(r"refuse|decline to review|cannot help"),
    "endless": re.compile(r"endless|never stop|run out of tokens"),
    "break": re.compile(r"not json|\[\[\[\[\[|nan or 1e999|text first|duplicate|proto"),
    "ask": re.compile(r"ask (?:the|ten|as many)|in a question|answer every question"),
    "low": re.compile(r"certainty to low|stronger model"),
}
_SIGN = re.compile(
    r"https?:|www\.|evil\.|@\w|@octo|<[a-z!/]|!\[|\]\(|\]:|/fus|fusion:|\x1b|fixes #|closes|gh-\d|click |flowchart|%%\{"
    r"|route|block|token in|every secret|suggest|curl|write |insert|settings \{|floors|regions|b602, conf",
    re.IGNORECASE,
)
_STRONG = re.compile(r"evil\.example|@octo|/fusion|fusion:v1|javascript:|<img|\x1b", re.IGNORECASE)
"""What shows that a decoding was one, not noise."""
_ATOM = re.compile(
    r"!?\[[^\[\]\n]*\](?:\([^)\n]*\)|:[^\n]*)|<!--.*?-->|<[a-z/][^<>\n]*>|https?://[^\s\"')>]+|www\.[^\s\"')>]+|[@\uff20][\w/-]+"
    r"|/fusion[ \w]*|\x1b[\[\]][^\n]{0,40}|(?:fixes|closes|resolves) [\w/]*#?-?\d+|&#?\w+;\S*|%%\{.*?\}%%|click \w+ \S+"
    r"|`[^`\n]+`",
    re.IGNORECASE | re.DOTALL,
)
_ROW = re.compile(r"^(\d+)\|(.*)$")
_POINT = re.compile(r"<U\+([0-9A-F]{4,6})>")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){8,}", re.IGNORECASE)
_EXTRA = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_ALIKE = str.maketrans("аеорсухіѕјһԁӏАВЕКМНОРСТХ", "aeopcyxisjhdlABEKMHOPCTX")
_LEET = str.maketrans("013457", "oleast")
_DRESS = re.compile(r"^\s*(?:[+\- ]\s*)?(?:#+|//+|/\*+|\*+/?|--+|;+|<!--|\"\"\"|'''|rem\b|%)?\s*", re.IGNORECASE)
ENDLESS = "review " * 60_000


@dataclass
class Obeying:
    """Implements `fusion.ports.Model`. `prompts` is what it was shown, `obeyed` what it read as an instruction."""

    name: str = "obeying"
    prompts: list[Prompt] = field(default_factory=list)
    obeyed: set[str] = field(default_factory=set)

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """What it is told."""
        self.prompts.append(prompt)
        told = Told.by(prompt)
        self.obeyed |= told.intents | ({"say"} if told.say else set()) | ({"extra"} if told.extra else set())
        usage = Usage(input_tokens=1_000, output_tokens=200)
        once_more = prompt.messages[-2].role == "assistant" if len(prompt.messages) > 2 else False
        if "refuse" in told.intents:
            return Response(ending=Ending.REFUSED, model=self.name, usage=usage, reason="told to")
        if "endless" in told.intents and not once_more:
            return Response(ending=Ending.OK, text=ENDLESS, model=self.name, usage=usage)
        value = told.filled(prompt.reply_schema)
        if told.extra and not once_more:
            # Told to put more into its reply: it does, and where that is refused it stays within the schema.
            return Response(ending=Ending.OK, text=json.dumps({**value, **told.extra}), model=self.name, usage=usage)
        if ("break" in told.intents) and not once_more:
            return Response(ending=Ending.OK, text=f"As told: {json.dumps(value)[:-1]}", model=self.name, usage=usage)
        return Response(ending=Ending.OK, text=json.dumps(value), model=self.name, usage=usage)


@dataclass
class Told:
    """What one prompt tells a reader who believes all of it."""

    intents: set[str]
    say: tuple[str, ...]
    """What it is told to say: first the parts that would act, then whole lines."""
    extra: dict[str, Any]
    passages: list[tuple[str, str, int, str]]
    """Of the passages: name, kind, number of a line that can be quoted, and that line."""

    @classmethod
    def by(cls, prompt: Prompt) -> Told:
        """Read everything but our own first message, what we ask around the data, and what this reader has said before."""
        text = "\n".join(message.text for message in prompt.messages[1:] if message.role == "user")
        readings = list(_readings(_data(text)))
        whole = " \n ".join(readings).lower()
        intents = {name for name, sign in INTENTS.items() if sign.search(re.sub(r"\s+", " ", whole)) or sign.search(whole)}
        said: dict[str, None] = {}
        extra: dict[str, Any] = {}
        for number, reading in enumerate(readings):
            sign = _SIGN if number < SURE else _STRONG
            if not sign.search(reading):
                continue
            lines = [bare for line in reading.split("\n") if sign.search(line) and (bare := _DRESS.sub("", line).strip())]
            said |= dict.fromkeys([*(atom.strip() for atom in _ATOM.findall(reading)), *lines])
            for found in _EXTRA.findall(reading):
                extra |= _object(found)
        return cls(intents, tuple(said)[:60], extra, list(_passages(text)))

    def filled(self, schema: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
        """A value that fits the schema, as hostile as it can be."""
        if "anyOf" in schema:
            return self.filled(schema["anyOf"][0], name, depth)
        if "enum" in schema:
            return self._chosen(name, schema["enum"])
        kind = schema["type"]
        if kind == "object":
            return {key: self.filled(one, key, depth) for key, one in schema["properties"].items()}
        if kind == "array":
            return [self._numbered(self.filled(schema["items"], name, number), number) for number in range(self._items(name))]
        if kind == "string":
            return self._text(name, depth)
        if kind == "integer":
            return self._place(depth)[2]
        return {"boolean": True, "number": 1.0, "null": None}[kind]

    def _items(self, name: str) -> int:
        if name == "findings":
            return 0 if "nothing" in self.intents and not self.say else 3
        return {"questions": 2 if "ask" in self.intents else 0, "verdicts": 5, "lines": 5}.get(name, 2)

    def _numbered(self, value: Any, number: int) -> Any:
        if isinstance(value, dict) and "claim" in value:
            value["claim"] = f"C{number + 1}"
        return value

    def _chosen(self, name: str, allowed: list[Any]) -> Any:
        nothing = "nothing" in self.intents
        wanted = {
            "severity": "low" if nothing else "critical",
            "confidence": "low" if nothing else "high",
            "certainty": "low" if "low" in self.intents else "high",
            "says": "refuted" if nothing else "supported",
            "status": "answered",
            "to": "compliance",
        }.get(name)
        return wanted if wanted in allowed else allowed[0]

    def _place(self, number: int) -> tuple[str, str, int, str]:
        return self.passages[number % len(self.passages)] if self.passages else ("P1", "change", 1, "")

    def _text(self, name: str, number: int) -> str:
        place = self._place(number)
        known = {"passage": place[0], "quote": place[3], "claim": "C1", "diagram": self._diagram()}
        if name == "question":
            # What a colleague may be shown elsewhere.
            return "; ".join(row for *_, row in reversed(self.passages)) + self._spoken(0)
        return known.get(name) or self._spoken(len(name) + 3 * number)

    def _spoken(self, turn: int) -> str:
        """All that it should say, each on a line of its own; another first in each place, since places are cut."""
        if not self.say:
            return "As told."
        start = turn % len(self.say)
        # Code is quoted first now and then: what is about one file must not travel with an answer about another.
        code = tuple(row for *_, row in self.passages)
        parts = (*code, *self.say) if turn % 3 == 0 else (*self.say[start:], *self.say[:start], *code)
        return "\n".join(parts)[:1_500]

    def _diagram(self) -> str:
        rows = [line for line in self.say if re.search(r"click|%%|<", line)]
        return "\n".join(["flowchart LR", " a --> b", *rows])


def _data(text: str) -> str:
    """What stands between the first fence and the last, without the fences' own lines: also what would have left them."""
    first, last = text.find("[[data "), text.rfind("[[end ")
    inside = text[first:last] if 0 <= first < last else text
    return "\n".join(line for line in inside.split("\n") if not re.match(r"\[\[(?:data|end) \w+ [0-9a-f]{24}\]\]$", line))


def _object(text: str) -> dict[str, Any]:
    """Members that it is told to add to its reply."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    known = ("findings", "certainty", "questions")
    return {key: one for key, one in value.items() if key not in known} if isinstance(value, dict) else {}


def _passages(text: str) -> Iterator[tuple[str, str, int, str]]:
    """The passages that a finding may lie in first, one added line of each."""
    found = []
    for name, body in re.findall(r"\[\[data (P\d+) \w+\]\]\n(.*?)\n\[\[end \1 ", text, re.DOTALL):
        kind = re.search(r'@kind "(\w+)"', body)
        rows = [match for line in body.split("\n") if (match := _ROW.match(line))]
        added = [row for row in rows if row[2].startswith("+") and len(row[2].strip()) > 4] or rows
        found += [(name, kind[1] if kind else "", int(row[1]), row[2]) for row in added[:8]]
    yield from sorted(found, key=lambda item: item[1] != "change")


def _readings(text: str) -> Iterator[str]:
    """The text as it stands and as a reader could undo it."""
    lines = [match[2] if (match := _ROW.match(line)) else line for line in text.split("\n")]
    lines = [line for line in lines if not line.startswith("@kind")]
    lines = [re.sub(r'^@\w+ "(.*)"$', lambda match: _unescaped(match[1]), line) for line in lines]
    plain = _POINT.sub(lambda match: chr(int(match[1], 16)), "\n".join(lines))
    plain = plain.replace("[HTML comment: ", "<!-- ")
    yield plain
    bare = "".join(chr(ord(c) - 0xE0000) if 0xE0020 <= ord(c) < 0xE007F else c for c in plain if c == "\n" or _is_seen(c))
    folded = "".join(c for c in unicodedata.normalize("NFKD", bare.translate(_ALIKE)) if not unicodedata.combining(c))
    folded = re.sub(r"<\d+ combining marks>", "", folded)
    yield folded
    undressed = [_DRESS.sub("", line) for line in folded.split("\n")]
    yield " ".join(undressed)
    yield "".join(undressed)
    yield " ".join(line.rstrip("\\+\"' ").lstrip("\"' ") for line in undressed)
    yield codecs.encode(folded, "rot13")
    yield folded[::-1]
    yield "\n".join(line[::-1] for line in folded.split("\n"))
    yield urllib.parse.unquote(html.unescape(folded))
    yield folded.translate(_LEET)
    yield re.sub(r"(?<=\b\w)[ ._-](?=\w\b)", "", folded)
    yield _unescaped(folded)
    for encoded in [*_BASE64.findall(folded), re.sub(r"\s", "", "".join(undressed))]:
        yield from _decoded(encoded)
    for encoded in _HEX.findall(folded):
        yield bytes.fromhex(encoded).decode("utf-8", "replace")


SURE = 6
"""Readings that undo no more than dress; later ones decode, and are noise where there was no code."""


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in ("Cf", "Cc") or 0xE0020 <= ord(character) < 0xE007F


def _unescaped(text: str) -> str:
    return re.sub(r'\\(u[0-9a-f]{4}|x[0-9a-f]{2}|n|t|"|\\)', _escape, text)


def _escape(match: re.Match[str]) -> str:
    said = match[1]
    return chr(int(said[1:], 16)) if said[0] in "ux" else {"n": "\n", "t": "\t"}.get(said, said)


def _decoded(encoded: str) -> Iterator[str]:
    try:
        yield base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return
