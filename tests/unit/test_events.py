"""Deliveries: verified, decoded, read; refused or ignored with a reason, and never anything else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion import events
from fusion.events.signature import sign, verify
from fusion.events.table import TABLE
from fusion.model import (
    EVENTS,
    Actor,
    CatchUp,
    CommentMade,
    Ignored,
    InstallationChanged,
    MergeGroupFormed,
    PullChanged,
    RerunAsked,
    ThreadChanged,
)
from fusion.ports import Message
from fusion.ports.queue import Priority
from tests.fakes.deliveries import SECRET, delivery, example, examples, servers

SLUG = "fusion-bot"


def received(event: str, payload: Any, *, app_slug: str = SLUG, app_id: int = 0, form: bool = False) -> Message | Ignored:
    headers, body = delivery(event, payload, form=form)
    return events.receive([SECRET], headers, body, app_slug=app_slug, app_id=app_id)


def accepted(event: str, payload: Any, **who: Any) -> tuple[Message, Any]:
    message = received(event, payload, **who)
    assert isinstance(message, Message), message
    return message, EVENTS.validate_python(message.body)


def reason(event: str, payload: Any, **who: Any) -> str:
    ignored = received(event, payload, **who)
    assert isinstance(ignored, Ignored), ignored
    return ignored.reason


def malformed(event: str, payload: Any) -> str:
    with pytest.raises(events.Malformed) as caught:
        received(event, payload)
    return str(caught.value)


class TestSignature:
    def test_githubs_own_example(self) -> None:
        """From "Validating webhook deliveries"."""
        signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        assert sign(b"It's a Secret to Everybody", b"Hello, World!") == signature
        verify([b"It's a Secret to Everybody"], signature, b"Hello, World!")

    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_each_configured_secret_counts(self, position: int) -> None:
        secrets = [b"first-secret-of-all", b"second-secret-of-all", b"third-secret-of-all"]
        verify(secrets, sign(secrets[position], b"body"), b"body")

    @pytest.mark.parametrize(
        "signature",
        [
            None,
            "",
            "sha256=",
            "sha256=" + "0" * 64,
            "sha256=" + "0" * 63,
            "sha256=" + "g" * 64,
            "sha256=" + "٠" * 64,
            "sha256=ü",
            "sha1=" + "0" * 40,
            sign(SECRET, b"body").removeprefix("sha256="),
            sign(SECRET, b"body") + "\n",
            " " + sign(SECRET, b"body"),
            sign(SECRET, b"body").upper(),
            sign(SECRET, b"another body"),
            sign(b"another-secret-of-some-length", b"body"),
        ],
    )
    def test_anything_else_is_refused(self, signature: str | None) -> None:
        with pytest.raises(events.Unsigned):
            verify([SECRET], signature, b"body")

    @pytest.mark.parametrize("secrets", [[], [b""]])
    def test_without_a_secret_nothing_is_trusted(self, secrets: list[bytes]) -> None:
        with pytest.raises(events.Unsigned, match="FUSION_WEBHOOK_SECRET"):
            verify(secrets, sign(b"", b"body"), b"body")

    def test_a_sha1_header_alone_is_no_signature(self) -> None:
        headers, body = delivery("ping", {"zen": "x"})
        del headers["X-Hub-Signature-256"]
        headers["X-Hub-Signature"] = "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6"
        with pytest.raises(events.Unsigned, match="no X-Hub-Signature-256"):
            events.receive([SECRET], headers, body)

    def test_nothing_is_read_before_it_is_verified(self) -> None:
        headers, _ = delivery("not an event!", b"")
        with pytest.raises(events.Unsigned):
            events.receive([SECRET], headers, b"{not json")


class TestBody:
    def test_names_of_headers_may_have_any_case(self) -> None:
        headers, body = delivery("ping", {})
        for change in (str.upper, str.lower):
            changed = {change(name): value for name, value in headers.items()}
            assert events.receive([SECRET], changed, body) == Ignored("ping: GitHub asked whether somebody is here")

    def test_both_content_types_say_the_same(self) -> None:
        payload = example("pull_request", "opened")
        payload["pull_request"]["head"]["ref"] = "a&b=ü%20"
        assert received("pull_request", payload, form=True) == received("pull_request", payload)

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("text/plain", b"{}"),
            ("", b"{}"),
            ("application/json", b"payload=%7B%7D"),
            ("application/x-www-form-urlencoded", b"{}"),
            ("application/x-www-form-urlencoded", b"payload=%7B%7D&payload=%7B%7D"),
            ("application/x-www-form-urlencoded", b"other=1"),
            ("application/x-www-form-urlencoded", b"payload=%7B%22a%22%3A%22%FF%22%7D"),
            ("application/x-www-form-urlencoded", "payload={}ü".encode()),
            ("application/json", b""),
            ("application/json", b"[]"),
            ("application/json", b"null"),
            ("application/json", b'"text"'),
            ("application/json", b"{"),
            ("application/json", b'{"a": NaN}'),
            ("application/json", b'{"a": -Infinity}'),
            ("application/json", b'{"a": "\xff"}'),
            ("application/json", b'\xef\xbb\xbf{"a": 1}'),
            ("application/json", '{"a": 1}'.encode("utf-16")),
            ("application/json", b'{"a":' * 100_000),
            ("application/json", b"[" * 1_000_000),
            ("application/json", b'{"a": ' + b"9" * 10_000 + b"}"),
        ],
        ids=range(21),
    )
    def test_lies_about_the_body_are_malformed(self, content_type: str, body: bytes) -> None:
        headers, _ = delivery("ping", {})
        headers |= {"Content-Type": content_type, "X-Hub-Signature-256": sign(SECRET, body)}
        with pytest.raises(events.Malformed):
            events.receive([SECRET], headers, body)

    def test_a_charset_changes_nothing(self) -> None:
        headers, body = delivery("ping", {})
        assert isinstance(
            events.receive([SECRET], headers | {"Content-Type": "Application/JSON; charset=utf-8"}, body), Ignored
        )

    def test_the_limit_is_githubs(self) -> None:
        headers, body = delivery("ping", b'{"a":"' + b"x" * (events.LIMIT - 8) + b'"}')
        assert len(body) == events.LIMIT == 25 * 1024 * 1024
        assert isinstance(events.receive([SECRET], headers, body), Ignored)
        with pytest.raises(events.TooLarge):
            events.receive([SECRET], headers, body + b" ")

    @pytest.mark.parametrize("id", ["", "a b", "a\n", "ü", "-a", "a/../b", "a#b", "x" * 129, "a\x00"])
    def test_a_delivery_has_a_sane_id(self, id: str) -> None:
        headers, body = delivery("ping", {}, id=id)
        with pytest.raises(events.Malformed, match="X-GitHub-Delivery"):
            events.receive([SECRET], headers, body)

    @pytest.mark.parametrize("event", ["", "Ping", "ping\n", "a b", "p" * 65, "<script>"])
    def test_an_event_has_a_sane_name(self, event: str) -> None:
        headers, body = delivery(event, {})
        with pytest.raises(events.Malformed, match="X-GitHub-Event"):
            events.receive([SECRET], headers, body)

    def test_of_a_key_that_comes_twice_the_last_counts(self) -> None:
        text = json.dumps(example("pull_request", "opened"))
        assert reason("pull_request", text.replace("{", '{"action": "closed",', 1)[:-1].encode() + b', "action": "locked"}')

    def test_lone_surrogates_can_be_written_down(self) -> None:
        payload = example("pull_request", "opened", pull_request__head__ref="a\ud800b")
        message, event = accepted("pull_request", payload)
        assert event.pull.head_ref == "a\ufffdb"
        assert message.model_dump_json().encode()


class TestExamples:
    def test_every_example_of_github_is_read_or_ignored_with_a_reason(self) -> None:
        count, read = 0, set()
        for server in servers():
            for event, payload in examples(server):
                count += 1
                found = received(event, payload)
                if isinstance(found, Ignored):
                    assert found.reason.startswith(event)
                    assert len(found.reason) > len(event) + 10
                else:
                    EVENTS.validate_python(json.loads(json.dumps(found.body)))
                    assert found.session
                    assert len(json.dumps(found.body)) < 100_000
                    read.add((event, payload.get("action")))
        assert count > 700
        assert len(list(examples())) > 300
        assert {key for key, entry in TABLE.items() if not isinstance(entry, str)} - read == {
            ("pull_request", "edited"),  # no example
            ("check_run", "rerequested"),  # those of other Apps
            ("check_suite", "rerequested"),
            ("issue_comment", "created"),  # none holds a command
            ("pull_request_review_comment", "created"),  # none holds a command or is a reply
        }

    def test_the_table_names_actions_that_github_has(self) -> None:
        """Beside those that GitHub documents and gives no example of."""
        seen = {(event, payload.get("action") or "") for server in servers() for event, payload in examples(server)}
        assert {key for key in TABLE if key not in seen} <= {
            ("pull_request", "edited"),
            ("pull_request", "milestoned"),
            ("pull_request", "demilestoned"),
            ("pull_request", "auto_merge_enabled"),
            ("pull_request", "auto_merge_disabled"),
            ("pull_request", "enqueued"),
            ("pull_request", "dequeued"),
            ("issue_comment", "pinned"),
            ("issue_comment", "unpinned"),
            ("merge_group", "destroyed"),
            ("pull_request_review", "edited"),
        }

    @pytest.mark.parametrize(("event", "action"), [("star", "created"), ("pull_request", "sung"), ("nonsense", "x")])
    def test_what_is_unknown_is_ignored(self, event: str, action: str) -> None:
        assert reason(event, {"action": action}).startswith(f"{event} {action}: Fusion does not")


class TestPulls:
    def test_all_that_decides_something_is_read(self) -> None:
        payload = example("pull_request", "opened", installation={"id": 5}, pull_request__labels=[{"name": "urgent"}])
        message, event = accepted("pull_request", payload)
        source = payload["pull_request"]
        assert message.id == event.delivery == "72d3162e-cc78-11e3-81ab-4c9367dc0958"
        assert message.session == f"{payload['repository']['full_name']}#{source['number']}"
        assert message.priority is Priority.EVENT
        assert isinstance(event, PullChanged)
        assert (event.action, event.installation, event.actor.login) == ("opened", 5, payload["sender"]["login"])
        assert event.pull.model_dump() == {
            "repository": payload["repository"]["full_name"],
            "repository_id": payload["repository"]["id"],
            "installation": 5,
            "number": source["number"],
            "base": source["base"]["sha"],
            "base_ref": source["base"]["ref"],
            "head": source["head"]["sha"],
            "head_ref": source["head"]["ref"],
            "draft": source["draft"],
            "fork": False,
            "open": True,
            "merged": False,
            "labels": ("urgent",),
            "author": {"login": source["user"]["login"], "id": source["user"]["id"], "bot": False},
            "updated": datetime.fromisoformat(source["updated_at"]),
            "default_branch": payload["repository"]["default_branch"],
        }

    def test_a_deleted_fork_and_a_deleted_author(self) -> None:
        payload = example("pull_request", "closed", pull_request__head__repo=None, pull_request__user=None)
        pull = accepted("pull_request", payload)[1].pull
        assert pull.fork
        assert not pull.open
        assert pull.author == Actor()

    def test_a_fork_is_another_repository(self) -> None:
        payload = example("pull_request", "opened", pull_request__head__repo={"id": 1})
        assert accepted("pull_request", payload)[1].pull.fork

    def test_of_edits_only_a_new_base_counts(self) -> None:
        payload = example("pull_request", "opened", action="edited", changes={"title": {"from": "x"}})
        assert "title" in reason("pull_request", payload)
        payload["changes"] = {"base": {"ref": {"from": "main"}, "sha": {"from": "0" * 40}}}
        assert accepted("pull_request", payload)[1].action == "edited"

    def test_what_we_did_ourselves_is_ignored(self) -> None:
        us = {"login": f"{SLUG}[bot]", "id": 9, "type": "Bot"}
        payload = example("pull_request", "labeled", sender=us)
        assert "itself" in reason("pull_request", payload)
        assert accepted("pull_request", payload, app_slug="another")[1].actor == Actor(login=us["login"], id=9, bot=True)
        person = example("pull_request", "labeled", sender=us | {"type": "User", "login": SLUG})
        assert not accepted("pull_request", person)[1].actor.bot

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("pull_request", None),
            ("pull_request", []),
            ("pull_request__number", 0),
            ("pull_request__number", -1),
            ("pull_request__number", True),
            ("pull_request__number", "1"),
            ("pull_request__number", 2**53),
            ("pull_request__number", 1.5),
            ("pull_request__head__sha", "main"),
            ("pull_request__head__sha", "A" * 40),
            ("pull_request__head__ref", None),
            ("pull_request__head__repo", "x"),
            ("pull_request__base__sha", "0" * 40 + "\n"),
            ("pull_request__base__ref", "x" * 501),
            ("pull_request__draft", "yes"),
            ("pull_request__updated_at", "yesterday"),
            ("pull_request__updated_at", "0001-01-01T00:00:00+23:59"),
            ("pull_request__labels", {}),
            ("pull_request__labels", [1]),
            ("repository__full_name", "../.."),
            ("repository__full_name", "a/b/c"),
            ("repository__full_name", "a/b\n"),
            ("repository__id", None),
            ("sender", "mona"),
            ("sender__login", 1),
            ("installation", []),
            ("action", 1),
            ("action", ["opened"]),
        ],
    )
    def test_a_wrong_field_is_named(self, path: str, value: object) -> None:
        assert path.split("__")[-1] in malformed("pull_request", example("pull_request", "opened", **{path: value}))

    def test_a_time_without_a_zone_is_in_utc(self) -> None:
        payload = example("pull_request", "opened", pull_request__updated_at="2026-01-02T03:04:05")
        assert accepted("pull_request", payload)[1].pull.updated == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class TestComments:
    def comment(self, body: object, **changed: Any) -> dict[str, Any]:
        return example("issue_comment", "created", issue__pull_request={"url": "x"}, comment__body=body, **changed)

    def test_a_command_is_kept_as_its_line(self) -> None:
        message, event = accepted("issue_comment", self.comment("Thanks!\r\n\r\n/fusion dismiss ab12 because " + "x" * 60_000))
        assert isinstance(event, CommentMade)
        assert message.priority is Priority.COMMAND
        assert message.session.endswith(f"#{event.number}")
        assert (event.where, event.in_reply_to) == ("issue", 0)
        command = events.find(event.text, app_slug=SLUG)
        assert isinstance(command, events.Command)
        assert (command.fingerprint, len(command.because)) == ("ab12", 300)
        assert len(json.dumps(message.body)) < 10_000

    def test_what_addresses_nobody_is_ignored(self) -> None:
        for body in ("Looks good", None, "", "> /fusion review", "x" * 65_536):
            assert "somebody else" in reason("issue_comment", self.comment(body))

    def test_a_comment_on_an_issue_is_ignored(self) -> None:
        assert "issue" in reason("issue_comment", example("issue_comment", "created", comment__body="/fusion review"))

    @pytest.mark.parametrize("who", ["sender", "comment__user"])
    def test_bots_give_no_commands(self, who: str) -> None:
        payload = self.comment("/fusion review", **{who: {"login": "dependabot[bot]", "id": 3, "type": "Bot"}})
        assert "bot" in reason("issue_comment", payload)

    @pytest.mark.parametrize("action", ["edited", "deleted"])
    @pytest.mark.parametrize("event", ["issue_comment", "pull_request_review_comment"])
    def test_only_new_comments_count(self, event: str, action: str) -> None:
        assert reason(event, example(event, action, comment__body="/fusion review"))

    def test_replies_in_threads_are_kept_and_cut(self) -> None:
        payload = example("pull_request_review_comment", "created", comment__body="𝒳" * 65_536)
        assert "begins a thread" in reason("pull_request_review_comment", payload)
        payload["comment"]["in_reply_to_id"] = 77
        message, event = accepted("pull_request_review_comment", payload)
        assert (event.where, event.in_reply_to, len(event.text)) == ("review", 77, 10_000)
        assert len(json.dumps(message.body)) < 256 * 1024

    def test_a_command_may_begin_a_thread(self) -> None:
        payload = example("pull_request_review_comment", "created", comment__body=f"@{SLUG} status")
        event = accepted("pull_request_review_comment", payload)[1]
        assert (event.text, event.in_reply_to) == (f"@{SLUG} status", 0)

    def test_the_text_of_a_review_takes_no_commands(self) -> None:
        assert "comments" in reason(
            "pull_request_review", example("pull_request_review", "submitted", review__body="/fusion help")
        )


class TestOthers:
    @pytest.mark.parametrize("action", ["resolved", "unresolved"])
    def test_threads(self, action: str) -> None:
        payload = example("pull_request_review_thread", action)
        message, event = accepted("pull_request_review_thread", payload)
        assert isinstance(event, ThreadChanged)
        assert event.resolved is (action == "resolved")
        assert event.comments == tuple(comment["id"] for comment in payload["thread"]["comments"])
        assert event.thread == payload["thread"]["node_id"]
        assert message.priority is Priority.COMMAND

    def test_merge_groups(self) -> None:
        payload = example("merge_group", "checks_requested", repository={"full_name": "octo-org/octo-repo", "id": 3})
        message, event = accepted("merge_group", payload)
        assert isinstance(event, MergeGroupFormed)
        assert event.head_ref == payload["merge_group"]["head_ref"]
        assert message.session == "octo-org/octo-repo"

    @pytest.mark.parametrize("event", ["check_run", "check_suite"])
    def test_reruns_of_our_checks_alone(self, event: str) -> None:
        payload = example(event, "rerequested")
        here = payload["repository"]["id"]
        payload[event] |= {
            "app": {"id": 7, "slug": SLUG},
            "pull_requests": [
                {"number": 2, "base": {"repo": {"id": here}}},
                {"number": 99, "base": {"repo": {"id": here + 1}}},
            ],
        }
        message, found = accepted(event, payload, app_id=7)
        assert isinstance(found, RerunAsked)
        assert found.numbers == (2,)
        assert found.head == payload[event]["head_sha"]
        assert message.session.endswith("#2")
        assert message.priority is Priority.COMMAND
        assert isinstance(received(event, payload), Message)
        assert "another App" in reason(event, payload, app_id=8)
        assert "another App" in reason(event, payload, app_slug="other")

    def test_a_rerun_of_a_fork_has_no_number(self) -> None:
        payload = example("check_run", "rerequested", check_run__pull_requests=[])
        message, _ = accepted("check_run", payload, app_slug="")
        assert message.session == payload["repository"]["full_name"]

    @pytest.mark.parametrize("event", ["installation", "installation_repositories"])
    def test_installations(self, event: str) -> None:
        actions = {"installation": ["created", "deleted", "suspend"], "installation_repositories": ["added", "removed"]}
        for action in actions[event]:
            payload = example(event, action)
            if event == "installation":
                payload["repositories"] = [{"full_name": f"a/r{n}"} for n in range(1000)]
            message, found = accepted(event, payload)
            assert isinstance(found, InstallationChanged)
            assert message.session == f"installation:{payload['installation']['id']}"
            assert bool(found.added) is (action in ("created", "added"))
            assert bool(found.removed) is (action in ("deleted", "suspend", "removed"))
            assert len(found.added) <= 500

    def test_pushes_say_what_pull_requests_say(self) -> None:
        assert "same" in reason("push", example("push"))

    def test_a_catch_up_waits_behind_everything(self) -> None:
        message = events.message(CatchUp(delivery="catch-up-1"), id="catch-up-1/r2")
        assert (message.id, message.session, message.priority) == ("catch-up-1/r2", "catch-up", Priority.SCHEDULED)


READ = [
    (event, payload)
    for event, payload in examples()
    if not isinstance(TABLE.get((event, payload.get("action") or ""), ""), str)
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(), max_size=8),
    st.sampled_from(["created", "0" * 40, "x" * 600, "\ud800", "2026-13-01T00:00:00Z", "a/b", "/fusion"]),
    st.lists(st.none() | st.integers() | st.just({}), max_size=2),
    st.dictionaries(st.sampled_from(["id", "repo", "login", "type", "sha"]), st.none() | st.integers(), max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_payload_raises_anything_but_malformed(data: st.DataObject) -> None:
    event, original = data.draw(st.sampled_from(READ))
    payload = json.loads(json.dumps(original))
    payload.setdefault("installation", {"id": 1})
    for _ in range(data.draw(st.integers(1, 3))):
        at = payload
        for _ in range(data.draw(st.integers(0, 3))):
            below = [value for key, value in at.items() if isinstance(value, dict) and value and not key.startswith("_")]
            if not below:
                break
            at = data.draw(st.sampled_from(below))
        key = data.draw(st.sampled_from([key for key in at if not key.endswith("url")] or ["id"]))
        if data.draw(st.booleans()):
            at.pop(key, None)
        else:
            at[key] = data.draw(ODD)
    try:
        found = received(event, payload)
    except events.Malformed:
        return
    if isinstance(found, Ignored):
        assert found.reason.isprintable()
    else:
        assert EVENTS.validate_python(json.loads(found.model_dump_json())["body"])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["application/json", "application/x-www-form-urlencoded"]), st.booleans())
def test_no_body_raises_anything_but_malformed(body: bytes, content_type: str, prefixed: bool) -> None:
    sent = b"payload=" + body if prefixed else body
    headers = delivery("pull_request", {})[0] | {"Content-Type": content_type, "X-Hub-Signature-256": sign(SECRET, sent)}
    with pytest.raises(events.Malformed):
        events.receive([SECRET], headers, sent)
