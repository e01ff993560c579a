"""A fake GitHub for tests of bots: stateful, strict, public. Its state lives in memory, its git repositories on disk.

    with FakeGitHub() as github:
        github.create("octo/shop", {"shop.py": "price = 1\\n"})         # or add("octo/shop", folder)
        app = github.app()                                              # an App with a new key pair: app.id, app.private_key
        github.install("octo/shop")
        github.webhook("http://127.0.0.1:8000/webhook", "secret")
        number = github.open_pull("octo/shop", head="feature", files={"shop.py": "price = 2\\n"})
        ...                                                             # your bot works with github.api
        github.settle()                                                 # every delivery was answered
        print(github.conversation("octo/shop", number))

What it is strict about:

- each request is held against GitHub's own OpenAPI description or GraphQL schema; leaving the context fails when one did not
  fit;
- with an App registered, JWTs (RS256, ten minutes), installation tokens (an hour of `github.now`), permissions and
  repositories are those of GitHub: 401, 403 "Resource not accessible by integration", 404 for what is hidden. Resolving a
  review thread needs `contents: write`, as it does there;
- a review comment must stand on a line of the diff at a commit of the pull request, or the whole review is refused with 422;
  comments have at most 65,536 characters, check outputs 65,535, a request at most 50 annotations;
- what only administrators may see is hidden from people with a 404 and refused to Apps with a 403;
- lists are paged, GET answers have ETags (304 is free), `x-ratelimit-*` counts, `limits.content` restricts writes a minute.

People act through methods (`open_pull`, `push`, `comment`, `reply`, `resolve`, `react`, `merge`, ...), owners too (`install`,
`restrict`, `suspend`, `delete_user`, ...); what they do is told to the webhook. `fail` orders faults. Time passes with
`advance`. Settings are changed in place (`settings("octo/shop").protection = {...}`); `estate` makes a thousand repositories
from a template, `organisation` says what their owner demands. `OPERATIONS` is the table of what it answers,
with the permissions each operation needs. In a process of its own:
`python -m tests.fakes.github --port 8090`, with the same methods under `POST /_fake/METHOD`.
"""

from tests.fakes.github.call import OPERATIONS
from tests.fakes.github.faults import Fault
from tests.fakes.github.limits import Limits
from tests.fakes.github.server import FakeGitHub
from tests.fakes.github.state import App, Check, Comment, Delivery, Installation, Pull, Repository, Review, Thread

__all__ = [
    "OPERATIONS",
    "App",
    "Check",
    "Comment",
    "Delivery",
    "FakeGitHub",
    "Fault",
    "Installation",
    "Limits",
    "Pull",
    "Repository",
    "Review",
    "Thread",
]
