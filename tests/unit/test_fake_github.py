"""The fake GitHub answers as GitHub does, and refuses what GitHub refuses."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from tests.fakes import openapi
from tests.fakes.github import FakeGitHub, Installation, Limits, graphql, graphql_cut

BEFORE = "".join(f"line {n}\n" for n in range(1, 31))
AFTER = BEFORE.replace("line 10\n", "line ten\nline ten and a half\n").replace("line 25\n", "")
SHOP = "/repos/octo/shop"


class Bot:
    """A client with an installation token."""

    def __init__(self, github: FakeGitHub, installation: Installation, **narrowed: Any) -> None:
        self.github = github
        self.http = httpx.Client(
            base_url=github.api, headers={"Authorization": f"Bearer {github.token(installation.id, **narrowed)}"}
        )

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.http.request(method, path, json=body, **options)

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self("POST", "/graphql", {"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        fake.create("octo/shop", {"a.txt": BEFORE, "docs/b.md": "text\n"}, private=True)
        fake.permit("octo/shop", "mona", "write")
        fake.open_pull("octo/shop", head="feature", files={"a.txt": AFTER}, user="hubot", number=7)
        yield fake


@pytest.fixture
def installation(github: FakeGitHub) -> Installation:
    return github.install("octo/shop")


@pytest.fixture
def bot(github: FakeGitHub, installation: Installation) -> Iterator[Bot]:
    made = Bot(github, installation)
    with made.http:
        yield made


def signed(github: FakeGitHub, key: str = "", **claims: Any) -> dict[str, str]:
    now = int(github.now.timestamp())
    whole = {"iat": now - 30, "exp": now + 500, "iss": str(github.the_app().id), **claims}
    return {"Authorization": f"Bearer {jwt.encode(whole, key or github.the_app().private_key, algorithm='RS256')}"}


def test_an_app_signs_in(github: FakeGitHub, installation: Installation) -> None:
    other = FakeGitHub().app().private_key
    app = github.the_app()
    url = f"{github.api}/app/installations/{installation.id}/access_tokens"
    with httpx.Client() as http:
        for wrong in ({"exp": int(github.now.timestamp()) - 1}, {"exp": int(github.now.timestamp()) + 900}, {"iss": "9"}):
            assert http.get(f"{github.api}/app", headers=signed(github, **wrong)).status_code == 401
        assert http.get(f"{github.api}/app", headers=signed(github, other)).status_code == 401
        assert http.get(f"{github.api}/app", headers=signed(github, iss=app.client_id)).json()["slug"] == "fusion"
        made = http.post(url, headers=signed(github), json={"repositories": ["shop"], "permissions": {"contents": "read"}})
        assert made.status_code == 201
        token = {"Authorization": f"Bearer {made.json()['token']}"}
        assert made.json()["token"].startswith("ghs_")
        assert http.get(f"{github.api}{SHOP}/contents/a.txt", headers=token).status_code == 200
        refused = http.get(f"{github.api}{SHOP}/pulls", headers=token)
        assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
        github.advance(minutes=61)
        assert http.get(f"{github.api}{SHOP}/contents/a.txt", headers=token).status_code == 401
        assert http.post(url, headers=signed(github), json={"permissions": {"administration": "write"}}).status_code == 422
        github.suspend(installation.id)
        assert http.post(url, headers=signed(github)).status_code == 403
        github.uninstall(installation.id)
        assert http.post(url, headers=signed(github)).status_code == 404


def test_what_is_not_installed_is_hidden(github: FakeGitHub, installation: Installation, bot: Bot) -> None:
    github.create("octo/secret", private=True)
    assert bot("GET", "/repos/octo/secret").status_code == 404
    github.add_repository(installation.id, "octo/secret")
    assert bot("GET", "/repos/octo/secret").status_code == 200
    assert bot("GET", "/installation/repositories").json()["total_count"] == 2
    github.restrict(installation.id, pull_requests="read", issues="read")
    assert bot("POST", f"{SHOP}/issues/7/comments", {"body": "hello"}).status_code == 403
    github.remove_repository(installation.id, "octo/secret")
    assert bot("GET", "/repos/octo/secret").status_code == 404


def test_a_review_is_all_or_nothing(github: FakeGitHub, bot: Bot) -> None:
    def post(*comments: dict[str, Any], **more: Any) -> httpx.Response:
        return bot("POST", f"{SHOP}/pulls/7/reviews", {"event": "COMMENT", "body": "b", "comments": comments, **more})

    good = {"path": "a.txt", "line": 11, "side": "RIGHT", "body": "here"}
    for wrong in ({"line": 18}, {"path": "docs/b.md", "line": 1}, {"line": 26, "start_line": 10}):
        refused = post(good, {**good, **wrong})
        assert refused.status_code == 422
        assert "Pull request review thread" in refused.json()["errors"][0]
    assert post(good, commit_id=github.repository("octo/shop").sha("main")).status_code == 422
    assert post(good, body="x" * 65_537).status_code == 422
    assert github.threads("octo/shop", 7) == []
    done = post(good, {**good, "line": 25, "side": "LEFT"}, {**good, "start_line": 9, "line": 10})
    assert done.status_code == 200
    assert [thread.line for thread in github.threads("octo/shop", 7)] == [11, 25, 10]
    alone = bot("POST", f"{SHOP}/pulls/7/comments", {**good, "line": 18, "commit_id": done.json()["commit_id"]})
    assert alone.json()["errors"][0]["message"] == "pull_request_review_thread.line must be part of the diff"


def test_a_thread_moves_with_its_line_and_gets_outdated(github: FakeGitHub, bot: Bot) -> None:
    github.review("octo/shop", 7, "mona", comments=[{"path": "a.txt", "line": 11, "body": "why?"}])
    [thread] = github.threads("octo/shop", 7)
    github.push("octo/shop", 7, {"a.txt": "line 0\n" + AFTER})
    assert bot("GET", f"{SHOP}/pulls/7/comments").json()[0]["line"] == 12
    github.push("octo/shop", 7, {"a.txt": AFTER.replace("ten and a half", "10.5")})
    shown = bot("GET", f"{SHOP}/pulls/7/comments").json()[0]
    assert (shown["line"], shown["original_line"], shown["position"]) == (None, 11, None)
    asked = "isOutdated line comments(first: 1) { totalCount }"
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on PullRequestReviewThread {{ {asked} }} }} }}"
    found = bot.graphql(query, id=thread.node)["data"]["node"]
    assert found == {"isOutdated": True, "line": None, "comments": {"totalCount": 1}}


def test_threads_are_resolved_and_comments_folded(github: FakeGitHub, installation: Installation, bot: Bot) -> None:
    bot("POST", f"{SHOP}/pulls/7/reviews", {"event": "COMMENT", "comments": [{"path": "a.txt", "line": 11, "body": "x"}]})
    [thread] = github.threads("octo/shop", 7)
    resolve = (
        "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved resolvedBy { login } } } }"
    )
    assert bot.graphql(resolve, id=thread.node)["errors"][0]["type"] == "FORBIDDEN"
    github.restrict(installation.id, contents="write")
    assert bot.graphql(resolve, id=thread.node)["data"]["resolveReviewThread"]["thread"]["isResolved"] is True
    assert bot.graphql(resolve, id="PRRT_nothing")["errors"][0]["type"] == "NOT_FOUND"
    fold = """mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) {
        minimizedComment { isMinimized minimizedReason } } }"""
    folded = bot.graphql(fold, id=thread.comments[0].node)["data"]["minimizeComment"]["minimizedComment"]
    assert folded == {"isMinimized": True, "minimizedReason": "outdated"}
    github.reply("octo/shop", thread.comments[0].id, "mona", "won't fix")
    github.react("octo/shop", thread.comments[0].id, "mona", "-1")
    page = """query($after: String) { repository(owner: "octo", name: "shop") { pullRequest(number: 7) {
        reviewThreads(first: 1) { nodes { path comments(first: 1, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes { body author { login } reactions(first: 5) { nodes { content } } } } } } } } }"""
    first = bot.graphql(page)["data"]["repository"]["pullRequest"]["reviewThreads"]["nodes"][0]["comments"]
    assert first["nodes"][0] == {
        "body": "x",
        "author": {"login": "fusion"},
        "reactions": {"nodes": [{"content": "THUMBS_DOWN"}]},
    }
    after = bot.graphql(page, after=first["pageInfo"]["endCursor"])["data"]["repository"]["pullRequest"]
    assert after["reviewThreads"]["nodes"][0]["comments"]["nodes"][0]["author"] == {"login": "mona"}
    text = github.conversation("octo/shop", 7)
    assert "thread on a.txt:11 [resolved by fusion[bot]]" in text
    assert "fusion[bot] wrote (minimised: outdated): [-1 mona]" in text
    github.delete_user("mona")
    assert "ghost wrote" in github.conversation("octo/shop", 7)


def test_checks_take_fifty_annotations_at_a_time(github: FakeGitHub, bot: Bot) -> None:
    head = bot("GET", f"{SHOP}/pulls/7").json()["head"]["sha"]
    note = {"path": "a.txt", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "m"}

    def output(count: int, text: str = "") -> dict[str, Any]:
        return {"title": "t", "summary": "s", "text": text, "annotations": [note] * count}

    assert bot("POST", f"{SHOP}/check-runs", {"name": "Fusion", "head_sha": head, "output": output(51)}).status_code == 422
    github.mismatches.clear()
    made = bot(
        "POST", f"{SHOP}/check-runs", {"name": "Fusion", "head_sha": head, "status": "in_progress", "output": output(50)}
    )
    url = f"{SHOP}/check-runs/{made.json()['id']}"
    assert bot("PATCH", url, {"output": output(20, "x" * 65_536)}).status_code == 422
    # GitHub's description says so too.
    github.mismatches.clear()
    done = bot("PATCH", url, {"status": "completed", "conclusion": "success", "output": output(20)}).json()
    assert (done["status"], done["output"]["annotations_count"]) == ("completed", 70)
    assert len(bot("GET", f"{url}/annotations", params={"per_page": 100}).json()) == 70
    listed = bot("GET", f"{SHOP}/commits/{head}/check-runs", params={"app_id": github.the_app().id, "check_name": "Fusion"})
    assert [run["id"] for run in listed.json()["check_runs"]] == [made.json()["id"]]
    log = base64.b64encode(gzip.compress(json.dumps({"version": "2.1.0", "runs": []}).encode())).decode()
    upload = {"commit_sha": head, "ref": "refs/pull/7/head", "sarif": log}
    assert bot("POST", f"{SHOP}/code-scanning/sarifs", upload).status_code == 202
    assert bot("POST", f"{SHOP}/code-scanning/sarifs", {**upload, "sarif": "e30="}).status_code == 400
    github.repository("octo/shop").code_scanning = False
    assert bot("POST", f"{SHOP}/code-scanning/sarifs", upload).status_code == 403


def test_comments_are_paged_and_reactions_idempotent(github: FakeGitHub, bot: Bot) -> None:
    for n in range(5):
        assert bot("POST", f"{SHOP}/issues/7/comments", {"body": f"c{n}"}).status_code == 201
    page = bot("GET", f"{SHOP}/issues/7/comments", params={"per_page": 2})
    bodies = [item["body"] for item in page.json()]
    while "next" in page.links:
        page = bot("GET", page.links["next"]["url"])
        bodies += [item["body"] for item in page.json()]
    assert bodies == ["c0", "c1", "c2", "c3", "c4"]
    comment = page.json()[0]
    reactions = f"{SHOP}/issues/comments/{comment['id']}/reactions"
    first, second = (bot("POST", reactions, {"content": "eyes"}) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()["id"]) == (201, 200, first.json()["id"])
    assert comment["user"]["login"] == "fusion[bot]"
    assert comment["performed_via_github_app"]["id"] == github.the_app().id
    assert bot("DELETE", f"{SHOP}/issues/comments/{comment['id']}").status_code == 204
    theirs = github.comment("octo/shop", 7, "mona", "mine")
    assert bot("PATCH", f"{SHOP}/issues/comments/{theirs}", {"body": "yours"}).status_code == 403


def test_limits(github: FakeGitHub, bot: Bot) -> None:
    first = bot("GET", f"{SHOP}/pulls/7")
    again = bot("GET", f"{SHOP}/pulls/7", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers["x-ratelimit-used"]) == (304, first.headers["x-ratelimit-used"])
    github.limits = Limits(hourly=4, content=2, retry_after=30)
    said = [bot("POST", f"{SHOP}/issues/7/comments", {"body": "b"}) for _ in range(3)]
    assert [answer.status_code for answer in said] == [201, 201, 403]
    assert said[2].headers["retry-after"] == "30"
    assert bot("GET", f"{SHOP}/pulls/7").status_code == 200
    used_up = bot("GET", f"{SHOP}/pulls/7")
    assert (used_up.status_code, used_up.headers["x-ratelimit-remaining"]) == (403, "0")
    github.limits.hourly = 100
    github.advance(seconds=31)
    assert bot("POST", f"{SHOP}/issues/7/comments", {"body": "b"}).status_code == 403, "two were said within the last minute"
    github.advance(minutes=2)
    assert bot("POST", f"{SHOP}/issues/7/comments", {"body": "b"}).status_code == 201


def test_faults(github: FakeGitHub, bot: Bot) -> None:
    github.fail(r"/issues/7/comments$", method="POST", lost=True)
    with pytest.raises(httpx.TransportError):
        bot("POST", f"{SHOP}/issues/7/comments", {"body": "posted, and not told"})
    assert [comment.body for comment in github.comments("octo/shop", 7)] == ["posted, and not told"]
    github.fail(r"/pulls/7$", reset=True)
    with pytest.raises(httpx.TransportError):
        bot("GET", f"{SHOP}/pulls/7")
    github.fail(r"/pulls/7$", cut=True)
    with pytest.raises(httpx.RemoteProtocolError):
        bot("GET", f"{SHOP}/pulls/7")
    github.fail(r"graphql", 502, query="viewer", skip=1)
    asked = [bot("POST", "/graphql", {"query": "{ viewer { login } }"}).status_code for _ in range(3)]
    assert asked == [200, 502, 200]


READS = (
    "",
    "/pulls",
    "/pulls/7",
    "/pulls/7/files",
    "/pulls/7/commits",
    "/pulls/7/reviews",
    "/pulls/7/comments",
    "/issues/7",
    "/issues/7/comments",
    "/compare/main...feature",
    "/commits",
    "/commits/feature",
    "/commits/feature/pulls",
    "/commits/feature/check-runs",
    "/commits/feature/check-suites",
    "/branches/feature",
    "/git/ref/heads/feature",
    "/git/trees/main?recursive=1",
    "/contents/a.txt?ref=refs/pull/7/head",
    "/collaborators/mona/permission",
)


def test_answers_are_as_described(github: FakeGitHub, bot: Bot) -> None:
    github.review(
        "octo/shop", 7, "mona", body="no", event="REQUEST_CHANGES", comments=[{"path": "a.txt", "line": 11, "body": "?"}]
    )
    github.comment("octo/shop", 7, "mona", "hm")
    head = github.repository("octo/shop").sha("feature")
    bot("POST", f"{SHOP}/check-runs", {"name": "Fusion", "head_sha": head, "status": "queued"})
    for path in READS:
        answer = bot("GET", f"{SHOP}{path}")
        assert answer.status_code == 200, (path, answer.text)
        template = openapi.operation("GET", f"{SHOP}{path.partition('?')[0]}").template
        openapi.check_answer(template, "get", 200, answer.json())


def test_the_graphql_schema_is_githubs() -> None:
    whole = Path(__file__).parents[1] / "node" / "node_modules" / "@octokit" / "graphql-schema" / "schema.graphql"
    if not whole.exists():
        pytest.skip("npm's packages are not installed: make fetches them into tests/node")
    assert graphql_cut.cut(whole.read_text(encoding="utf-8")) == graphql.SCHEMA.read_text(encoding="utf-8")


def test_the_same_at_an_enterprise(github: FakeGitHub, bot: Bot) -> None:
    assert bot("GET", f"{github.url}/api/v3{SHOP}/pulls/7").json()["number"] == 7
    assert (
        bot("POST", f"{github.url}/api/graphql", {"query": "{ viewer { login } }"}).json()["data"]["viewer"]["login"]
        == "fusion[bot]"
    )
