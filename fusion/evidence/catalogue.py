"""What a tool's rule means in our words: family, category, severity, confidence, CWE and title.

Each tool has one table, `rules/<tool>.toml`; the families they share, with their CWE numbers, are in `rules/families.toml`,
so that two tools that see the same flaw agree on what it is. The format of a tool's table:

    [defaults]                       # for every rule of the tool; all optional
    category = "correctness"
    severity = "medium"
    confidence = "likely"

    off = ["D1*"]                    # before the first table: rules (glob patterns) dropped as noise

    [rules.S602]                     # one rule; `family` alone is enough
    family = "command-injection"
    severity = "high"                # these override the family's
    confidence = "certain"
    category = "security"
    cwe = [78]
    title = "..."

    [groups."F8*"]                   # every rule that matches and has no entry of its own; the longest pattern wins
    family = "unused-code"

For severity the order is: the rule's entry, its group's, then the severity the tool itself gave the hit, then the
family's, then the tool's default. For confidence: rule, group, the hit, the tool's default, `possible`. For CWE: rule,
group, family, then what the tool said. A rule no table knows is its own family, `tool:rule`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from fusion.errors import PermanentError
from fusion.model import Category, Confidence, Hit, Record, Severity

T = TypeVar("T")

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")

RULES = files("fusion.evidence").joinpath("rules")
"""Where our own tables are."""


class Family(Record):
    """A tool-independent kind of flaw."""

    title: str = Field(min_length=3)
    category: Category
    severity: Severity
    cwe: tuple[int, ...] = ()


class Rule(Record):
    """What a table says about one rule or group; what it leaves out comes from the family, the hit or the defaults."""

    family: str = ""
    title: str = ""
    category: Category | None = None
    severity: Severity | None = None
    confidence: Confidence | None = None
    cwe: tuple[int, ...] | None = None


class Defaults(Record):
    """What holds for a tool's rules that say nothing else."""

    category: Category = Category.CORRECTNESS
    severity: Severity = Severity.MEDIUM
    confidence: Confidence = Confidence.POSSIBLE


class Table(Record):
    """One tool's table."""

    off: tuple[str, ...] = ()
    defaults: Defaults = Defaults()
    rules: Mapping[str, Rule] = {}
    groups: Mapping[str, Rule] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """A hit in our words."""

    family: str
    category: Category
    severity: Severity
    confidence: Confidence
    cwe: tuple[int, ...] = ()
    title: str = ""
    off: bool = False
    """The rule is noise by our judgement: drop the hit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Families and one tool's table, ready to classify."""

    tool: str
    table: Table
    families: Mapping[str, Family]

    def entry(self, rule: str) -> tuple[Rule, Rule]:
        """The rule's own entry and its group's (empty ones where there are none)."""
        matching = [pattern for pattern in self.table.groups if fnmatchcase(rule, pattern)]
        group = self.table.groups[max(matching, key=len)] if matching else Rule()
        return self.table.rules.get(rule, Rule()), group

    def is_off(self, rule: str) -> bool:
        """Whether the rule is dropped as noise. An entry of its own keeps a rule that a pattern would drop."""
        if rule in self.table.off:
            return True
        return rule not in self.table.rules and any(fnmatchcase(rule, pattern) for pattern in self.table.off)

    def classify(self, hit: Hit) -> Classified:
        """The hit in our words."""
        own, group = self.entry(hit.rule)
        name = own.family or group.family
        family = self.families.get(name)
        defaults = self.table.defaults
        cwe = own.cwe if own.cwe is not None else group.cwe
        if cwe is None:
            cwe = family.cwe if family is not None and family.cwe else hit.cwe
        return Classified(
            family=name or f"{self.tool}:{hit.rule}",
            category=own.category or group.category or (family.category if family else defaults.category),
            severity=own.severity or group.severity or hit.severity or (family.severity if family else defaults.severity),
            confidence=own.confidence or group.confidence or hit.confidence or defaults.confidence,
            cwe=cwe,
            title=own.title or group.title or (family.title if family else ""),
            off=self.is_off(hit.rule),
        )


def classify(tool: str, hit: Hit) -> Classified:
    """What `hit` of `tool` means. Raises PermanentError when one of our own tables is broken (a packaging fault)."""
    return catalogue(tool).classify(hit)


@lru_cache(maxsize=64)
def catalogue(tool: str) -> Catalogue:
    """The catalogue of one tool; a tool without a table has its defaults only."""
    # The name may come from another tool's results.
    is_name = tool != "families" and _NAME.fullmatch(tool) is not None
    place = RULES.joinpath(f"{tool}.toml") if is_name else None
    return load(tool, place if place is not None and place.is_file() else None)


def load(tool: str, place: Traversable | None) -> Catalogue:
    """Read and check one table. Raises PermanentError naming the file, the entry and what is wrong with it."""
    known = families()
    if place is None:
        return Catalogue(tool=tool, table=Table(), families=known)
    table: Table = _parse(TypeAdapter(Table), place)
    unknown = {
        entry.family for entry in (*table.rules.values(), *table.groups.values()) if entry.family and entry.family not in known
    }
    if unknown:
        raise PermanentError(f"rules/{place.name}: no such family in families.toml: {', '.join(sorted(unknown))}")
    return Catalogue(tool=tool, table=table, families=known)


@lru_cache(maxsize=1)
def families() -> Mapping[str, Family]:
    """Every family by name."""
    return _parse(TypeAdapter(dict[str, Family]), RULES.joinpath("families.toml"))


def _parse(adapter: TypeAdapter[T], place: Traversable) -> T:
    try:
        return adapter.validate_python(tomllib.loads(place.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PermanentError(f"rules/{place.name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PermanentError(f"rules/{place.name}: {where}: {first['msg']}") from error
