"""GraphQL: queries and mutations, validated and executed against the cut of GitHub's schema (see `graphql_cut`).

A field of the schema that the fake does not know is an error that says so, never null.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from tests.fakes.github import access, graphql_fields, graphql_history, graphql_mutations, graphql_owners
from tests.fakes.github.call import Refused
from tests.fakes.github.graphql_pages import missing
from tests.fakes.github.state import Account, Comment, Pull, Repository, Review, Thread, Token

if TYPE_CHECKING:
    from tests.fakes.github.server import FakeGitHub

MODULES = (graphql_fields, graphql_history, graphql_mutations, graphql_owners)
"""Importing them fills the table of fields."""
SCHEMA = Path(__file__).parents[2] / "samples" / "schemas" / "github-graphql-subset.graphql"


@dataclass(frozen=True)
class Asking:
    """Who asks, and of which world."""

    world: FakeGitHub
    token: Token | None

    @property
    def account(self) -> Account:
        """Who writes."""
        return self.token.account if self.token else self.world.account("anonymous")

    def admit(self, where: Repository, *needs: str, all_of: bool = False) -> None:
        """Raises GraphQLError, typed as GitHub types it, for a hidden repository or a missing permission."""
        try:
            for group in [[need] for need in needs] if all_of else [list(needs)]:
                access.admit(self.token, where, group, open_house=self.world.open_house)
        except Refused as refused:
            if refused.status == 404:
                raise missing(f"Could not resolve to a Repository with the name '{where.name}'.") from None
            raise GraphQLError(str(refused), extensions={"type": "FORBIDDEN"}) from None

    def person(self, id: str) -> Account:
        """Whose node id it is. Raises GraphQLError NOT_FOUND."""
        return graphql_history.person(self, id)

    def node(self, id: str) -> tuple[Repository, Thread | Comment | Review | Pull]:
        """What a node id names. Raises GraphQLError NOT_FOUND, also for what is hidden."""
        found = self.world.nodes.get(id)
        if found is None or not access.sees(self.token, found[0], self.world.open_house):
            raise missing(f"Could not resolve to a node with the global id of '{id}'")
        return found


@cache
def schema() -> GraphQLSchema:
    """The cut of GitHub's schema; built once a process, in milliseconds."""
    return build_schema(SCHEMA.read_text(encoding="utf-8"), assume_valid=True)


@cache
def _checked(text: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    document = parse(text)
    return document, tuple(validate(schema(), document))


def answer(world: FakeGitHub, token: Token | None, body: bytes) -> dict[str, Any]:
    """Answer a request's body: `data` and `errors`, each error with GitHub's `type` where it has one."""
    if token is None and not world.open_house:
        raise Refused(401, "This endpoint requires you to be authenticated.")
    try:
        asked = json.loads(body)
        text, variables = asked["query"], asked.get("variables") or {}
        document, errors = _checked(text)
    except (ValueError, KeyError, TypeError):
        raise Refused(400, "Problems parsing JSON") from None
    except GraphQLError as error:
        return {"errors": [dict(error.formatted)]}
    if errors:
        world.mismatches += [f"GraphQL: {error.message}" for error in errors]
        return {"errors": [dict(error.formatted) for error in errors]}
    done = execute_sync(
        schema(),
        document,
        root_value=world,
        context_value=Asking(world, token),
        variable_values=variables,
        operation_name=asked.get("operationName"),
        field_resolver=_field,
        type_resolver=_kind,
    )
    found: dict[str, Any] = {"data": done.data}
    if done.errors:
        found["errors"] = [_told(error) for error in done.errors]
    return found


def _told(error: GraphQLError) -> dict[str, Any]:
    told: dict[str, Any] = dict(error.formatted)
    extensions = told.pop("extensions", None) or {}
    return ({"type": extensions["type"]} if "type" in extensions else {}) | told


def _field(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    name, field = info.parent_type.name, info.field_name
    if isinstance(source, dict):
        if field in source:
            return source[field]
    elif (resolver := graphql_fields.FIELDS.get((name, field))) is not None:
        return resolver(source, info.context, **arguments)
    raise GraphQLError(f"The fake does not do {name}.{field} yet.")


def _kind(value: Any, info: GraphQLResolveInfo[Any], _type: Any) -> str:
    return graphql_fields.kind_of(value)
