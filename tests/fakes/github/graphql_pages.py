"""GraphQL: connections (the Relay cursor specification) and their errors in GitHub's words."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError


def missing(words: str) -> GraphQLError:
    """Not there, or not to be seen."""
    return GraphQLError(words, extensions={"type": "NOT_FOUND"})


def paged(items: Sequence[Any], show: Any, name: str, **asked: Any) -> dict[str, Any]:
    """A connection: nodes, edges, totalCount, pageInfo. Cursors name items, so that they stay right when items are added."""
    first, last = asked.get("first"), asked.get("last")
    size = first if first is not None else last
    if size is None:
        words = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        raise GraphQLError(words, extensions={"type": "MISSING_PAGINATION_BOUNDARIES"})
    if not 0 < size <= 100:
        words = f"Requesting {size} records on the `{name}` connection exceeds the `first` limit of 100 records."
        raise GraphQLError(words, extensions={"type": "EXCESSIVE_PAGINATION"})
    marks = [_cursor(item) for item in items]
    start = _after(marks, asked["after"]) if asked.get("after") else 0
    end = marks.index(asked["before"]) if asked.get("before") in marks else len(items)
    low, high = (start, min(end, start + size)) if first is not None else (max(start, end - size), end)
    nodes = [show(item) for item in items[low:high]]
    return {
        "nodes": nodes,
        "edges": [{"cursor": mark, "node": one} for mark, one in zip(marks[low:high], nodes, strict=True)],
        "totalCount": len(items),
        "pageInfo": {
            "hasNextPage": high < len(items),
            "hasPreviousPage": low > 0,
            "startCursor": marks[low] if nodes else None,
            "endCursor": marks[high - 1] if nodes else None,
        },
    }


def _cursor(item: Any) -> str:
    return base64.b64encode(f"cursor:v2:{item.id}".encode()).decode()


def _after(marks: Sequence[str], cursor: str) -> int:
    if cursor not in marks:
        raise GraphQLError(f"`{cursor}` does not appear to be a valid cursor.", extensions={"type": "INVALID_CURSOR_ARGUMENTS"})
    return marks.index(cursor) + 1
