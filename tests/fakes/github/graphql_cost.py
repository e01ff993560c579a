"""GraphQL: what a query costs (GraphQL API, "Rate limits and query limits", "Primary rate limit")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, GraphQLError, OperationDefinitionNode, SelectionSetNode, parse
from graphql.language import InlineFragmentNode, ValueNode
from graphql.utilities import value_from_ast_untyped


def points(body: bytes) -> int:
    """Points of a request's body: requests that its connections take when each is full, by a hundred, rounded; at least one."""
    try:
        asked = json.loads(body)
        document, variables = parse(asked["query"]), asked.get("variables") or {}
    except (ValueError, KeyError, TypeError, GraphQLError):
        return 1
    fragments = {one.name.value: one.selection_set for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    operations = [one.selection_set for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return max(1, round(sum(_requests(one, 1, variables, fragments) for one in operations) / 100))


def _requests(
    found: SelectionSetNode | None, times: int, variables: Mapping[str, Any], fragments: Mapping[str, SelectionSetNode]
) -> int:
    total = 0
    for one in found.selections if found else ():
        if isinstance(one, FieldNode):
            size = _size(one, variables)
            connection = any(argument.name.value in ("first", "last") for argument in one.arguments or ())
            total += (times if connection else 0) + _requests(one.selection_set, times * size, variables, fragments)
        elif isinstance(one, InlineFragmentNode):
            total += _requests(one.selection_set, times, variables, fragments)
        else:
            total += _requests(fragments.get(one.name.value), times, variables, fragments)  # type: ignore[attr-defined]
    return total


def _size(field: FieldNode, variables: Mapping[str, Any]) -> int:
    """How many there are at most, of a connection or of a list of ids."""
    given = {argument.name.value: _value(argument.value, variables) for argument in field.arguments or ()}
    if field.name.value == "nodes" and isinstance(given.get("ids"), list):
        return len(given["ids"])
    size = given.get("first") or given.get("last")
    return size if isinstance(size, int) else 1


def _value(value: ValueNode, variables: Mapping[str, Any]) -> Any:
    return value_from_ast_untyped(value, dict(variables))
