"""GitHub's GraphQL schema cut to the types that the fake knows: `python -m tests.fakes.github.graphql_cut SCHEMA > CUT`.

The whole schema (npm `@octokit/graphql-schema`, 1.2 MB) takes seconds to build; the cut takes milliseconds. Nothing of a kept
type is changed: fields and arguments whose types are not kept fall away, prose too.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from graphql import DocumentNode, parse, print_ast
from graphql.language.visitor import REMOVE, Visitor, visit

KEPT = frozenset(
    [
        "Repository",
        "PullRequest",
        "PullRequestReviewThread",
        "PullRequestReviewThreadConnection",
        "PullRequestReviewThreadEdge",
        "PullRequestReview",
        "PullRequestReviewConnection",
        "PullRequestReviewEdge",
        "PullRequestReviewComment",
        "PullRequestReviewCommentConnection",
        "PullRequestReviewCommentEdge",
        "IssueComment",
        "IssueCommentConnection",
        "IssueCommentEdge",
        "Reaction",
        "ReactionConnection",
        "ReactionEdge",
        "ReactionGroup",
        "Actor",
        "User",
        "Bot",
        "Organization",
        "Mannequin",
        "RepositoryOwner",
        "Commit",
        "PageInfo",
        "RateLimit",
        "Node",
        "Minimizable",
        "Reactable",
        "Comment",
        "UniformResourceLocatable",
        "Updatable",
        "Query",
        "Mutation",
        "ResolveReviewThreadInput",
        "ResolveReviewThreadPayload",
        "UnresolveReviewThreadInput",
        "UnresolveReviewThreadPayload",
        "MinimizeCommentInput",
        "MinimizeCommentPayload",
        "UnminimizeCommentInput",
        "UnminimizeCommentPayload",
        "AddReactionInput",
        "AddReactionPayload",
        "RemoveReactionInput",
        "RemoveReactionPayload",
        "ReactionOrder",
        "ReactorConnection",
        "ReactorEdge",
        "Reactor",
        "ReactingUserConnection",
        "ReactingUserEdge",
        "Ref",
        "GitObject",
        "Blob",
        "CommitHistoryConnection",
        "CommitEdge",
        "GitActor",
        "GitSignature",
        "GpgSignature",
        "SmimeSignature",
        "SshSignature",
        "UnknownSignature",
        "StatusCheckRollup",
        "PullRequestConnection",
        "PullRequestEdge",
        "PullRequestCommit",
        "PullRequestCommitConnection",
        "PullRequestCommitEdge",
        "OrganizationConnection",
        "OrganizationEdge",
        "RepositoryConnection",
        "RepositoryEdge",
        "RepositoryOrder",
        "RepositoryVulnerabilityAlertConnection",
    ]
)
FIELDS = {
    "Query": {"id", "repository", "repositoryOwner", "node", "nodes", "viewer", "rateLimit"},
    "Mutation": {
        "resolveReviewThread",
        "unresolveReviewThread",
        "minimizeComment",
        "unminimizeComment",
        "addReaction",
        "removeReaction",
    },
}
PLAIN = frozenset(("String", "Int", "Float", "Boolean", "ID"))


def definitions(text: str) -> dict[str, str]:
    """The definitions of a schema by name, as text, without their prose."""
    bare = re.sub(r'"""(?:[^"]|"(?!""))*"""', "", text)
    found = re.split(r"^(?=(?:type|interface|input|enum|scalar|union|directive|schema)\b)", bare, flags=re.MULTILINE)
    return {match[1]: part for part in found if (match := re.match(r"(?:type|interface|input|enum|scalar|union) (\w+)", part))}


def _named(node: Any) -> str:
    while hasattr(node, "type"):
        node = node.type
    name: str = node.name.value
    return name


def cut(text: str) -> str:
    """The kept part of a schema, with the scalars and enumerations that it needs."""
    whole = definitions(text)
    small = {name for name, part in whole.items() if part.startswith(("scalar", "enum"))}
    known = KEPT | small | PLAIN
    kept = [_pruned(parse(whole[name]), name, known) for name in sorted(KEPT)]
    body = "\n\n".join(kept)
    needed = sorted(name for name in small if re.search(rf"\b{name}\b", body))
    return "\n\n".join([*(print_ast(_bare(parse(whole[name]))) for name in needed), *kept]) + "\n"


def _bare(document: DocumentNode) -> DocumentNode:
    class Plain(Visitor):
        def enter_directive(self, *_: Any) -> Any:
            return REMOVE

    found: DocumentNode = visit(document, Plain())
    return found


def _pruned(document: DocumentNode, name: str, known: frozenset[str]) -> str:
    only = FIELDS.get(name)

    class Prune(Visitor):
        def enter_directive(self, *_: Any) -> Any:
            return REMOVE

        def enter_field_definition(self, node: Any, *_: Any) -> Any:
            return REMOVE if _named(node.type) not in known or (only and node.name.value not in only) else None

        def enter_input_value_definition(self, node: Any, *_: Any) -> Any:
            return REMOVE if _named(node.type) not in known else None

        def enter_named_type(self, node: Any, key: Any, parent: Any, path: Any, ancestors: Any) -> Any:
            return REMOVE if "interfaces" in path and node.name.value not in KEPT else None

    return print_ast(visit(document, Prune()))


if __name__ == "__main__":
    sys.stdout.write(cut(Path(sys.argv[1]).read_text(encoding="utf-8")))
