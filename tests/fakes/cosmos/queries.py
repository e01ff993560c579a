"""The queries that the emulator knows: `SELECT * FROM c WHERE c.x <op> @y AND ... [ORDER BY c.z [ASC|DESC]]`.

A query that spans partitions comes twice: as written, to be planned, and rewritten by the plan, to be run on each physical
partition (`SELECT c._rid, [{"item": c.z}] AS orderByItems, c AS payload FROM c WHERE ...`).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.cosmos.documents import Refused

_QUERY = re.compile(
    r"SELECT (?P<what>\*|c\._rid, \[\{\"item\": c\.(?P<item>\w+)\}\] AS orderByItems, c AS payload) FROM c"
    r" WHERE (?P<where>.+?)(?: ORDER BY c\.(?P<order>\w+)(?: (?P<way>ASC|DESC))?)?"
)
_CONDITION = re.compile(r"c\.(\w+) (=|<|>|<=|>=|!=) (@\w+)")
_FILTER = "({documentdb-formattableorderbyquery-filter})"
_OPERATORS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Query:
    """A query that was read. `rewritten`: its rows carry what the SDK merges by."""

    conditions: Sequence[tuple[str, str, Any]]
    order: str
    descending: bool
    rewritten: bool
    text: str

    def run(self, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows, in order. Values of another type, or absent, match nothing."""
        found = [item for item in items if all(_holds(item, *condition) for condition in self.conditions)]
        if self.order:
            found = sorted((item for item in found if self.order in item), key=lambda item: item[self.order])
            found = found[::-1] if self.descending else found
        if not self.rewritten:
            return found
        return [{"_rid": item["_rid"], "orderByItems": [{"item": item[self.order]}], "payload": item} for item in found]

    def plan(self) -> dict[str, Any]:
        """The execution plan that the gateway gives: how to ask each partition, and how to merge."""
        info: dict[str, Any] = {"distinctType": "None", "groupByExpressions": [], "aggregates": [], "hasSelectValue": False}
        info |= {"orderBy": [], "orderByExpressions": [], "rewrittenQuery": "", "groupByAliasToAggregateType": {}}
        if self.order:
            where = self.text.partition(" WHERE ")[2].partition(" ORDER BY ")[0]
            way = "DESC" if self.descending else "ASC"
            info |= {
                "orderBy": ["Descending" if self.descending else "Ascending"],
                "orderByExpressions": [f"c.{self.order}"],
                "rewrittenQuery": f'SELECT c._rid, [{{"item": c.{self.order}}}] AS orderByItems, c AS payload FROM c'
                f" WHERE {where} AND {_FILTER} ORDER BY c.{self.order} {way}",
            }
        whole = {"min": "", "max": "FF", "isMinInclusive": True, "isMaxInclusive": False}
        return {"partitionedQueryExecutionInfoVersion": 2, "queryInfo": info, "queryRanges": [whole]}


def parse(body: Mapping[str, Any], indexing: Mapping[str, Any]) -> Query:
    """Read a query with its parameters. Raises Refused as the service does for what it cannot read or sort by."""
    text = body["query"]
    named = {item["name"]: item["value"] for item in body.get("parameters") or ()}
    found = _QUERY.fullmatch(text)
    if not found:
        raise Refused(400, "BadRequest", f"Syntax error, incorrect syntax near {text[:60]!r}.", sub=0)
    conditions = []
    for part in found["where"].split(" AND "):
        if part in (_FILTER, "(true)", "true"):
            continue
        condition = _CONDITION.fullmatch(part)
        if not condition or condition[3] not in named:
            raise Refused(400, "BadRequest", f"Syntax error, incorrect syntax near {part[:60]!r}.")
        conditions.append((condition[1], condition[2], named[condition[3]]))
    order = found["order"] or ""
    if order and not any(path["path"] in ("/*", f"/{order}/?") for path in indexing.get("includedPaths", [])):
        raise Refused(400, "BadRequest", "The order-by item is excluded from the index of the container.")
    return Query(conditions, order, found["way"] == "DESC", found["what"] != "*", text)


def _holds(item: Mapping[str, Any], name: str, sign: str, value: Any) -> bool:
    return type(item.get(name)) is type(value) and bool(_OPERATORS[sign](item[name], value))
