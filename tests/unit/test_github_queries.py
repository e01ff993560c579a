"""What reading a conversation costs, by GitHub's own formula, and what GraphQL says otherwise than REST."""

from __future__ import annotations

from typing import Any

from graphql import FieldNode, InlineFragmentNode, IntValueNode, OperationDefinitionNode, SelectionSetNode, parse

from fusion.adapters.github import queries, scene


def requests(within: SelectionSetNode | None, parents: int = 1) -> int:
    """Requests that GitHub counts: one for each connection of each parent, every list taken for full."""
    found = 0
    for node in within.selections if within else ():
        if isinstance(node, InlineFragmentNode):
            found += requests(node.selection_set, parents)
        if not isinstance(node, FieldNode):
            continue
        first = next((given.value for given in node.arguments or () if given.name.value == "first"), None)
        size = int(first.value) if isinstance(first, IntValueNode) else 0
        found += (parents if size else 0) + requests(node.selection_set, parents * (size or 1))
    return found


def test_reading_a_conversation_costs_few_of_the_5000_points_of_an_hour() -> None:
    document = parse(queries.SCENE)
    [query] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    assert 100 < requests(query.selection_set) < 250  # a hundred are a point


def test_who_resolved_is_us_under_either_name() -> None:
    def resolved_by(login: str) -> str:
        node: dict[str, Any] = {"id": "T", "isResolved": True, "resolvedBy": {"login": login}}
        return scene.thread(node, (), login="fusion[bot]").resolved_by

    assert [resolved_by(login) for login in ("fusion", "fusion[bot]", "mona")] == ["fusion[bot]", "fusion[bot]", "mona"]
