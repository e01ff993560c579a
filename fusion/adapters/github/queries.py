"""The GraphQL documents. Ids are asked for as `fullDatabaseId`: `databaseId` holds 32 bits, and comments have outgrown them.

GitHub counts a query by the lists in lists that it asks for (GraphQL API, "Rate limits and query limits"): reactions are asked
for where they are learnt from, at the comment that begins a thread, because those of all comments cost ten times as much.
"""

from __future__ import annotations

_ACTOR = "__typename login ... on User { databaseId } ... on Bot { databaseId }"
_SAID = f"""
  id fullDatabaseId body createdAt isMinimized viewerDidAuthor
  author {{ {_ACTOR} }}
"""
_OPENING = (
    "opening: comments(first: 1) { nodes { reactions(first: 100, content: THUMBS_DOWN) { nodes { content user { login } } } } }"
)
_PAGE = "pageInfo { hasNextPage endCursor }"

SCENE = f"""
query(
  $owner: String!, $name: String!, $number: Int!,
  $threads: Boolean!, $threadsAfter: String,
  $comments: Boolean!, $commentsAfter: String,
  $reviews: Boolean!, $reviewsAfter: String
) {{
  viewer {{ login }}
  repository(owner: $owner, name: $name) {{
    pullRequest(number: $number) {{
      state isDraft locked headRefOid baseRefOid
      reviewThreads(first: 50, after: $threadsAfter) @include(if: $threads) {{
        {_PAGE}
        nodes {{
          id path line isResolved isOutdated
          resolvedBy {{ login }}
          {_OPENING}
          comments(first: 30) {{ {_PAGE} nodes {{ {_SAID} }} }}
        }}
      }}
      comments(first: 100, after: $commentsAfter) @include(if: $comments) {{ {_PAGE} nodes {{ {_SAID} }} }}
      reviews(first: 100, after: $reviewsAfter) @include(if: $reviews) {{
        {_PAGE}
        nodes {{ id fullDatabaseId state body isMinimized viewerDidAuthor commit {{ oid }} }}
      }}
    }}
  }}
}}
"""
"""A pull request's conversation; each list is asked for while it has further pages."""

THREAD = f"""
query($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on PullRequestReviewThread {{ comments(first: 100, after: $after) {{ {_PAGE} nodes {{ {_SAID} }} }} }}
  }}
}}
"""
"""The further comments of a long thread."""

RESOLVE = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { id isResolved } } }"
UNRESOLVE = "mutation($id: ID!) { unresolveReviewThread(input: {threadId: $id}) { thread { id isResolved } } }"
MINIMISE = """
mutation($id: ID!, $classifier: ReportedContentClassifiers!) {
  minimizeComment(input: {subjectId: $id, classifier: $classifier}) { minimizedComment { isMinimized } }
}
"""
