"""One request to the API as its operation sees it, and the table of operations with the permissions each needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.github.state import Account, App, Comment, Installation, Pull, Repository, Token

if TYPE_CHECKING:
    from tests.fakes.github.server import FakeGitHub

NOT_FOUND = "Not Found"
FORBIDDEN = "Resource not accessible by integration"


class Refused(Exception):
    """The operation is not done: answered with the status and GitHub's words."""

    def __init__(self, status: int, message: str, errors: Sequence[Any] = (), headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": str(status),
        }
        if errors:
            self.body["errors"] = list(errors)
        self.headers = dict(headers or {})


def invalid(resource: str, field: str, message: str, code: str = "custom") -> Refused:
    """A 422 as GitHub words most of them."""
    return Refused(422, "Validation Failed", [{"resource": resource, "field": field, "code": code, "message": message}])


@dataclass
class Answer:
    """What an operation answers when it is more than JSON with the described status. `status` 0: the described one."""

    body: Any = None
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    media: str = "application/json; charset=utf-8"


@dataclass(kw_only=True)
class Call:
    """A request that passed the checks of form, identity and permission."""

    world: FakeGitHub
    method: str
    template: str
    values: Mapping[str, str]
    query: Mapping[str, str]
    body: dict[str, Any]
    accept: str
    url: str
    """The address asked for, without its query."""
    api: str
    """The address of the API's root."""
    token: Token | None
    app: App | None = None
    """Set when the App itself asks, by JWT."""
    repo: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository in the path."""
        if self.repo is None:
            raise Refused(404, NOT_FOUND)
        return self.repo

    @property
    def installation(self) -> Installation | None:
        """Whose token it is."""
        return self.token.installation if self.token else None

    @property
    def author(self) -> Account:
        """Who writes."""
        return self.token.account if self.token else self.world.account("anonymous")

    @property
    def via(self) -> App | None:
        """The App that writes."""
        return self.installation.app if self.installation else None

    @property
    def pull(self) -> Pull:
        """The pull request in the path. Raises Refused."""
        number = self.values.get("pull_number") or self.values.get("issue_number") or ""
        found = self.repository.pulls.get(int(number)) if number.isdigit() else None
        if found is None and number.isdigit() and "issue_number" in self.values:
            found = self.repository.issues.get(int(number))
        if found is None:
            raise Refused(404, NOT_FOUND)
        return found

    def comment(self, threaded: bool) -> Comment:
        """The comment in the path, of a thread or of a conversation. Raises Refused."""
        found = self.repository.comments.get(int(self.values["comment_id"]))
        if found is None or (found.thread is not None) is not threaded:
            raise Refused(404, NOT_FOUND)
        return found

    def page(self, items: Sequence[Any], show: Callable[[Any], Any], wrap: str = "") -> Answer:
        """One page of a list, with Link headers; at most 100 items. `wrap`: the key of the list beside `total_count`."""
        size = max(1, min(100, int(self.query.get("per_page", 30))))
        at = max(1, int(self.query.get("page", 1)))
        last = max(1, -(-len(items) // size))
        shown = [show(item) for item in items[(at - 1) * size : at * size]]
        links = []
        if at > 1:
            links += [self._link("prev", min(at - 1, last)), self._link("first", 1)]
        if at < last:
            links += [self._link("next", at + 1), self._link("last", last)]
        headers = {"Link": ", ".join(links)} if links else {}
        return Answer({"total_count": len(items), wrap: shown} if wrap else shown, headers=headers)

    def _link(self, name: str, page: int) -> str:
        query = "&".join(f"{key}={value}" for key, value in {**self.query, "page": page}.items())
        return f'<{self.url}?{query}>; rel="{name}"'

    def only_author(self, comment: Comment) -> None:
        """Others' comments may be edited by those who may write in the repository; Apps edit only their own."""
        if comment.author is self.author or self.token is None:
            return
        if self.installation is not None or self.repository.role(self.author.login) not in ("write", "maintain", "admin"):
            raise Refused(403, FORBIDDEN if self.installation else "Must have admin rights to Repository.")


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Described:
    """One operation that the fake does. `needs`: any one of these permissions, as `name:level`; () for public data.

    `as_app`: it is the App's own, by JWT. `content`: GitHub counts it as creating content.
    """

    handler: Handler
    needs: tuple[str, ...]
    as_app: bool = False
    content: bool = False


OPERATIONS: dict[tuple[str, str], Described] = {}
"""By method and path template, as GitHub's description writes them."""

REPO = "/repos/{owner}/{repo}"


def operation(
    method: str, template: str, *needs: str, as_app: bool = False, content: bool = False
) -> Callable[[Handler], Handler]:
    """Register what answers an operation, with the permissions that GitHub's reference names for it."""

    def register(handler: Handler) -> Handler:
        OPERATIONS[method, template] = Described(handler, needs, as_app, content)
        return handler

    return register
