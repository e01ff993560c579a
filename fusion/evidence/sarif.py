"""Read SARIF 2.1.0 as hostile input: typed access that names what is wrong, and the rules of a run in our words.

Source: OASIS Static Analysis Results Interchange Format 2.1.0; sections are named where a choice rests on one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fusion.errors import UserError
from fusion.model import Category, Confidence, Severity

LARGEST = 50 << 20
"""Bytes of the largest file that is read."""
_MOST_RUNS = 50
_CWE = re.compile(r"(?:^|[/_\s-])cwe[-_/:]?0{0,6}(\d{1,5})\b", re.IGNORECASE)
_ARGUMENT = re.compile(r"\{(\d{1,2})\}")


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the file with the place it stands at, for error messages."""

    value: Any
    where: str
    file: str

    def _wrong(self, key: str, kind: str) -> UserError:
        return UserError(f"{self.file} is not valid SARIF 2.1.0: {self.where}.{key} should be {kind}.")

    def _get(self, key: str, kinds: type | tuple[type, ...], kind: str) -> Any:
        value = self.value.get(key)
        if value is not None and (not isinstance(value, kinds) or isinstance(value, bool) is not (kinds is bool)):
            raise self._wrong(key, kind)
        return value

    def object(self, key: str) -> Node:
        """The object at `key`; an empty one when it is absent."""
        return Node(self._get(key, dict, "an object") or {}, f"{self.where}.{key}", self.file)

    def objects(self, key: str) -> list[Node]:
        """The objects of the list at `key`; none when it is absent."""
        values = self._get(key, list, "a list") or []
        if any(not isinstance(value, dict) for value in values):
            raise self._wrong(key, "a list of objects")
        return [Node(value, f"{self.where}.{key}[{index}]", self.file) for index, value in enumerate(values)]

    def texts(self, key: str) -> list[str]:
        """The strings of the list at `key`."""
        values = self._get(key, list, "a list") or []
        if any(not isinstance(value, str) for value in values):
            raise self._wrong(key, "a list of strings")
        return list(values)

    def text(self, key: str) -> str:
        """The string at `key`, or an empty one."""
        return self._get(key, str, "a string") or ""

    def number(self, key: str) -> int | None:
        """The whole number at `key`, or None."""
        value = self._get(key, int, "a whole number")
        return int(value) if value is not None else None

    def flag(self, key: str) -> bool | None:
        """The truth value at `key`, or None."""
        value = self._get(key, bool, "true or false")
        return bool(value) if value is not None else None

    def has(self, key: str) -> bool:
        """Whether there is anything at `key`."""
        return self.value.get(key) is not None


def runs(data: bytes, file: str) -> list[Node]:
    """The runs of a SARIF file. Raises UserError naming the file and what is wrong with it."""
    if len(data) > LARGEST:
        raise UserError(f"{file} is {len(data) >> 20} MiB; SARIF files of up to {LARGEST >> 20} MiB are read.")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not SARIF: it is not UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise UserError(f"{file} is not SARIF: it is not JSON (line {error.lineno}: {error.msg}).") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file} is not SARIF: its JSON cannot be read (too deep, or a number too long).") from error
    if not isinstance(document, dict):
        raise UserError(f"{file} is not SARIF: its top level is not an object.")
    root = Node(document, "$", file)
    if not root.text("version").startswith("2.1."):
        raise UserError(f"{file} is not SARIF 2.1.0: its version is {root.text('version')[:20]!r}.")
    if not root.has("runs"):
        raise UserError(f"{file} is not valid SARIF 2.1.0: it has no runs.")
    found = root.objects("runs")
    if not found:
        raise UserError(f"{file} holds no run of any tool: nothing was handed in with it.")
    if len(found) > _MOST_RUNS:
        raise UserError(f"{file} has {len(found)} runs; up to {_MOST_RUNS} are read.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What a run says about one rule, in our words."""

    id: str
    severity: Severity | None = None
    level: str = ""
    confidence: Confidence = Confidence.LIKELY
    category: Category = Category.CORRECTNESS
    cwe: tuple[int, ...] = ()
    help_uri: str = ""
    messages: tuple[tuple[str, str], ...] = ()


class Rules:
    """The rules of one run: of the driver and of its extensions (section 3.19.23)."""

    def __init__(self, run: Node) -> None:
        tool = run.object("tool")
        self._components = [component.objects("rules") for component in (tool.object("driver"), *tool.objects("extensions"))]
        self._by_id = {rule.text("id"): rule for rules in reversed(self._components) for rule in rules}
        self._facts: dict[str, RuleFacts] = {}

    def of(self, result: Node) -> RuleFacts:
        """The rule of a result, found by index or id; where the run does not describe it, what can be told from its id."""
        reference = result.object("rule")
        name = result.text("ruleId") or reference.text("id")
        index = result.number("ruleIndex") if result.has("ruleIndex") else reference.number("index")
        component = reference.object("toolComponent").number("index")
        rules = self._rules(component)
        node = rules[index] if index is not None and 0 <= index < len(rules) else None
        if node is None:
            # `CA1000/sub` is described by `CA1000` (section 3.52.4).
            node = self._by_id.get(name) or self._by_id.get(name.rpartition("/")[0])
        name = name or (node.text("id") if node is not None else "") or "unnamed"
        if node is None:
            return RuleFacts(id=name)
        key = f"{name} {node.where}"
        if key not in self._facts:
            self._facts[key] = _facts(name, node)
        return self._facts[key]

    def _rules(self, component: int | None) -> list[Node]:
        place = 0 if component is None else component + 1
        return self._components[place] if 0 <= place < len(self._components) else []


def _facts(name: str, rule: Node) -> RuleFacts:
    properties = rule.object("properties")
    tags = [tag.lower() for tag in properties.texts("tags")] if isinstance(properties.value.get("tags"), list) else []
    cwe = tuple(dict.fromkeys(int(found[1]) for tag in tags for found in _CWE.finditer(tag)))
    if not cwe:
        cwe = tuple(dict.fromkeys(_taxa(rule)))
    score = _score(properties.value.get("security-severity"))
    precision = properties.value.get("precision")
    return RuleFacts(
        id=name,
        severity=severity_of_score(score) if score is not None else None,
        level=rule.object("defaultConfiguration").text("level"),
        confidence=_PRECISIONS.get(precision, Confidence.LIKELY) if isinstance(precision, str) else Confidence.LIKELY,
        category=_category(tags, secure=bool(cwe) or score is not None),
        cwe=cwe,
        help_uri=rule.text("helpUri"),
        messages=tuple(
            (key, rule.object("messageStrings").object(key).text("text")) for key in rule.object("messageStrings").value
        ),
    )


_PRECISIONS = {
    "very-high": Confidence.CERTAIN,
    "high": Confidence.LIKELY,
    "medium": Confidence.POSSIBLE,
    "low": Confidence.POSSIBLE,
}
_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.INFO}


def _taxa(rule: Node) -> Iterator[int]:
    """CWE numbers that the rule names by its relationships (section 3.49.14)."""
    for relation in rule.objects("relationships"):
        target = relation.object("target")
        taxonomy = target.object("toolComponent").text("name")
        number = re.fullmatch(r"(?:CWE-)?0{0,6}(\d{1,5})", target.text("id"), re.IGNORECASE)
        if taxonomy.upper().startswith("CWE") and number:
            yield int(number[1])


def _score(value: object) -> float | None:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        score = float(value)
    except ValueError:
        return None
    return score if 0 < score <= 10 else None


def severity_of_score(score: float) -> Severity:
    """The severity of a CVSS-like score, with the bounds of GitHub code scanning."""
    if score >= 9:
        return Severity.CRITICAL
    if score >= 7:
        return Severity.HIGH
    return Severity.MEDIUM if score >= 4 else Severity.LOW


def severity(result: Node, rule: RuleFacts) -> Severity:
    """A result's severity: the rule's score, else its level, else the rule's level, else `warning` (section 3.27.10)."""
    return rule.severity or _LEVELS.get(result.text("level") or rule.level, Severity.MEDIUM)


def _category(tags: list[str], *, secure: bool) -> Category:
    if secure or "security" in tags or "vulnerability" in tags:
        return Category.SECURITY
    for category in (Category.MAINTAINABILITY, Category.DOCUMENTATION, Category.TESTS, Category.COMPLIANCE):
        if category.value in tags:
            return category
    return Category.CORRECTNESS


def message(result: Node, rule: RuleFacts) -> str:
    """A result's message, with a rule's message string and its arguments put in where it names one (section 3.11)."""
    own = result.object("message")
    text = own.text("text") or dict(rule.messages).get(own.text("id"), "")
    arguments = own.texts("arguments")

    def argument(match: re.Match[str]) -> str:
        index = int(match[1])
        return arguments[index][:300] if index < len(arguments) else match[0]

    return _ARGUMENT.sub(argument, text[:4000]) if arguments else text[:4000]
