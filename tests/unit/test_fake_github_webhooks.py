"""The fake GitHub tells what people do: signed, recorded, delivered again on request; also from a process of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from tests.fakes.github import FakeGitHub, Installation

ROOT = Path(__file__).parents[2]
TEXT = "".join(f"line {n}\n" for n in range(1, 11))


class Listener:
    """A webhook endpoint that keeps what it gets, and answers `status`."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 202
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                listener.got.append(({key.lower(): value for key, value in self.headers.items()}, body))
                self.send_response(listener.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhook"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def events(self) -> list[tuple[str, str]]:
        return [(headers["x-github-event"], json.loads(body).get("action", "")) for headers, body in self.got]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def github(listener: Listener) -> Iterator[FakeGitHub]:
    with FakeGitHub() as fake:
        fake.create("octo/shop", {"a.txt": TEXT})
        fake.webhook(listener.url, "secret")
        yield fake


@pytest.fixture
def installation(github: FakeGitHub, listener: Listener) -> Installation:
    made = github.install("octo/shop")
    github.settle()
    listener.got.clear()
    return made


def test_a_day_at_the_office(github: FakeGitHub, installation: Installation, listener: Listener) -> None:
    def said() -> list[tuple[str, str]]:
        github.settle()
        events = listener.events()
        listener.got.clear()
        return sorted(events)

    number = github.open_pull("octo/shop", head="f", files={"a.txt": TEXT.replace("line 5\n", "five\n")}, user="mona")
    github.settle()
    headers, body = listener.got[0]
    assert headers["x-hub-signature-256"] == "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    payload = json.loads(body)
    assert payload["installation"]["id"] == installation.id
    assert payload["pull_request"]["head"]["sha"] == github.repository("octo/shop").sha("f")
    assert payload["sender"]["login"] == "mona"
    assert said() == [("pull_request", "opened")]
    github.review("octo/shop", number, "hubot", body="hm", comments=[{"path": "a.txt", "line": 5, "body": "why?"}])
    assert said() == [("pull_request_review", "submitted"), ("pull_request_review_comment", "created")]
    [thread] = github.threads("octo/shop", number)
    github.reply("octo/shop", thread.comments[0].id, "mona", "because")
    github.resolve("octo/shop", thread.node, "mona")
    assert said() == [("pull_request_review_comment", "created"), ("pull_request_review_thread", "resolved")]
    github.comment("octo/shop", number, "mona", "/fusion review")
    github.settle()
    assert json.loads(listener.got[0][1])["issue"]["pull_request"]["url"].endswith(f"/pulls/{number}")
    assert said() == [("issue_comment", "created")]
    before = github.repository("octo/shop").sha("f")
    github.push("octo/shop", "main", {"b.txt": "b\n"})
    assert said() == [("push", "")]
    after = github.rebase("octo/shop", number)
    assert said() == [("pull_request", "synchronize"), ("push", "")]
    github.push("octo/shop", number, sha=before)
    github.settle()
    assert {json.loads(body).get("forced", True) for _, body in listener.got} == {True}
    assert said() == [("pull_request", "synchronize"), ("push", "")]
    assert after != before
    head = github.merge_group("octo/shop", [number])
    github.label("octo/shop", number, "skip")
    assert said() == [("merge_group", "checks_requested"), ("pull_request", "labeled")]
    assert github.repository("octo/shop").blob(f"{head}:b.txt") == b"b\n"
    github.merge("octo/shop", number)
    assert said() == [("pull_request", "closed"), ("push", "")]
    other = github.open_pull("octo/shop", head="g", files={"c.txt": "c\n"}, fork=True, user="stranger")
    github.delete_fork("octo/shop", other)
    github.settle()
    closed = next(json.loads(body) for _, body in listener.got if b'"action": "closed"' in body)
    assert closed["pull_request"]["head"]["repo"] is None
    github.suspend(installation.id)
    said()
    github.comment("octo/shop", number, "mona", "anyone?")
    assert said() == []


def test_a_delivery_that_failed_is_found_and_redelivered(
    github: FakeGitHub, installation: Installation, listener: Listener
) -> None:
    listener.status = 500
    number = github.open_pull("octo/shop", head="f", files={"a.txt": TEXT + "more\n"})
    for n in range(3):
        github.comment("octo/shop", number, "mona", f"hello {n}")
    github.settle()
    assert len(github.unacknowledged()) == 4
    now = int(github.now.timestamp())
    claims = {"iat": now, "exp": now + 300, "iss": str(github.the_app().id)}
    token = jwt.encode(claims, github.the_app().private_key, algorithm="RS256")
    listener.status = 202
    with httpx.Client(base_url=github.api, headers={"Authorization": f"Bearer {token}"}) as http:
        page = http.get("/app/hook/deliveries", params={"per_page": 2})
        listed = page.json()
        while "next" in page.links:
            page = http.get(page.links["next"]["url"])
            listed += page.json()
        assert [one["event"] for one in listed] == ["issue_comment"] * 3 + ["pull_request", "installation"]
        assert [one["status_code"] for one in listed] == [500] * 4 + [202]
        assert http.post(f"/app/hook/deliveries/{listed[3]['id']}/attempts").status_code == 202
        github.settle()
        newest = http.get("/app/hook/deliveries").json()[0]
        assert (newest["guid"], newest["redelivery"], newest["status_code"]) == (listed[3]["guid"], True, 202)
        assert listener.got[-1][0]["x-github-delivery"] == listed[3]["guid"]
        assert len(github.unacknowledged()) == 3
        github.advance(days=4)
        token = jwt.encode(
            {k: v if k == "iss" else v + 4 * 86400 for k, v in claims.items()}, github.the_app().private_key, "RS256"
        )
        assert http.get("/app/hook/deliveries", headers={"Authorization": f"Bearer {token}"}).json() == []


def test_deliveries_can_be_held_and_come_out_of_order(
    github: FakeGitHub, installation: Installation, listener: Listener
) -> None:
    with github.held() as kept:
        number = github.open_pull("octo/shop", head="f", files={"a.txt": TEXT + "more\n"})
        github.close("octo/shop", number)
    assert listener.got == []
    github.release(kept[1].guid)
    github.settle()
    github.release()
    github.settle()
    assert listener.events() == [("pull_request", "closed"), ("pull_request", "opened")]


def test_in_a_process_of_its_own(listener: Listener) -> None:
    command = [sys.executable, "-m", "tests.fakes.github"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]

        def do(method: str, *args: Any, **kwargs: Any) -> Any:
            answer = httpx.post(f"{url}/_fake/{method}", json={"args": args, "kwargs": kwargs}, timeout=30)
            assert answer.status_code == 200, answer.text
            return answer.json()["result"]

        try:
            do("create", "octo/shop", {"a.txt": TEXT})
            assert "BEGIN PRIVATE KEY" in do("app")["private_key"]
            do("install", "octo/shop")
            do("webhook", listener.url, "secret")
            number = do("open_pull", "octo/shop", head="f", files={"a.txt": TEXT + "more\n"})
            do("comment", "octo/shop", number, "mona", "hello")
            do("settle")
            assert sorted(listener.events()) == [("issue_comment", "created"), ("pull_request", "opened")]
            assert "mona commented:" in do("conversation", "octo/shop", number)
            assert httpx.post(f"{url}/_fake/comment", json={"args": ["octo/none", 1, "mona", "x"]}).status_code == 400
        finally:
            process.terminate()
        assert process.wait(10) == 0
