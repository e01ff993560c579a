"""GitHubSettings against a fake GitHub: every part, permissions, what is asked again and what is not, odd answers."""

from __future__ import annotations

import asyncio
import copy
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.github import Access, connect
from fusion.adapters.github.answers import Answer
from fusion.adapters.github.app import SCANNING
from fusion.adapters.github.gate import Gate
from fusion.adapters.github.posture import GitHubSettings
from fusion.adapters.memory.records import MemoryBlobs
from fusion.errors import Denied, FusionError, Gone, RateLimited
from fusion.model.posture import Contributor, Posture, Release, Unknown
from fusion.ports import Place
from tests.fakes.app_keys import pair
from tests.fakes.github import FakeGitHub, Limits

NAME = "octo/shop"
PLACE = Place(repository=NAME)
RULESET = {
    "name": "main",
    "source_type": "Organization",
    "rules": [
        {
            "type": "pull_request",
            "parameters": {
                "required_approving_review_count": 1,
                "dismiss_stale_reviews_on_push": True,
                "require_code_owner_review": True,
                "require_last_push_approval": False,
                "required_review_thread_resolution": True,
            },
        },
        {
            "type": "required_status_checks",
            "parameters": {
                "required_status_checks": [{"context": "build"}],
                "strict_required_status_checks_policy": True,
            },
        },
        {"type": "non_fast_forward"},
        {"type": "required_signatures"},
    ],
    "bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}],
    "bypass_shown": True,
}


def furnish(github: FakeGitHub, name: str = NAME) -> None:
    """Something in every part."""
    github.organisation("octo", owners=["mona"], two_factor=True, members_create_public=False, verified=True)
    github.permit(name, "mona", "admin")
    github.permit(name, "guest", "read")
    github.belongs("mona", "OctoLabs", company="@Acme")
    found = github.settings(name)
    found.licence, found.rollup, found.signed, found.verified = "Apache-2.0", "SUCCESS", True, True
    found.rulesets[7] = copy.deepcopy(RULESET)
    found.protection = {
        "required_pull_request_reviews": {
            "required_approving_review_count": 2,
            "bypass_pull_request_allowances": {"users": [{"login": "boss"}], "teams": [], "apps": []},
        },
        "required_status_checks": {"strict": False, "contexts": ["lint"], "checks": [{"context": "lint", "app_id": None}]},
        "enforce_admins": {"enabled": False, "url": ""},
        "allow_force_pushes": {"enabled": True},
        "allow_deletions": {"enabled": False},
    }
    found.outside = {"guest"}
    found.contributors = [("mona", 40), ("dependabot[bot]", 3)]
    found.keys.append({"id": 1, "title": "deploy", "read_only": False, "created_at": "2020-01-01T00:00:00Z"})
    found.hooks.append({"id": 1, "config": {"url": "http://ci.example/x", "insecure_ssl": "1"}, "active": False})
    found.analysis["secret_scanning"] = "enabled"
    found.dependabot_alerts, found.analyses = True, 4
    found.alerts = {"secret-scanning": 2, "code-scanning": 130, "dependabot": 1}
    asset = {"name": "shop.tar.gz", "id": 1}
    found.releases += [
        {"id": 2, "tag_name": "v2", "draft": True, "assets": []},
        {"id": 1, "tag_name": "v1", "published_at": "2026-01-01T00:00:00Z", "immutable": True, "assets": [asset]},
    ]
    number = github.open_pull(name, head="feature", files={"a.py": "A = 1\n"}, user="mona")
    github.review(name, number, "guest", event="APPROVE")
    github.merge(name, number, user="mona")


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as found:
        found.create(NAME, {"shop.py": "price = 1\n"})
        yield found


def as_person(github: FakeGitHub, login: str = "mona") -> GitHubSettings:
    return connect(MemoryBlobs(), api=github.url, token=github.sign_in(login)).settings


def as_app(github: FakeGitHub, **permissions: str) -> tuple[GitHubSettings, Place, int]:
    private, public = pair()
    app = github.app(public_key=public, permissions=dict(SCANNING) | {"issues": "write"})
    installation = github.install(NAME, permissions={**SCANNING, **permissions})
    found = connect(MemoryBlobs(), api=github.url, app=app.id, key=private)
    return found.settings, Place(repository=NAME, installation=installation.id), installation.id


async def read(found: GitHubSettings, place: Place = PLACE, known: Mapping[str, Any] | None = None) -> tuple[Posture, Any]:
    posture, after = await found.posture(place, known or {})
    return posture, json.loads(json.dumps(after))


async def test_it_reads_every_part(github: FakeGitHub) -> None:
    furnish(github)
    posture, _ = await read(as_person(github))
    rules = posture.protection
    assert rules.sources == ("branch protection", "ruleset main (organisation)")  # type: ignore[union-attr]
    assert rules.approvals == 2  # type: ignore[union-attr]
    assert rules.checks == ("lint", "build")  # type: ignore[union-attr]
    assert rules.force_push is False  # type: ignore[union-attr]
    assert rules.deletion is False  # type: ignore[union-attr]
    assert rules.signatures is True  # type: ignore[union-attr]
    assert rules.bypass == ("boss", "administrators")  # type: ignore[union-attr]
    assert (rules.bypass_known, rules.admins_included) == (True, False)  # type: ignore[union-attr]
    assert posture.basics.licence == "Apache-2.0"  # type: ignore[union-attr]
    assert posture.security.open_alerts == {"secret-scanning": 2, "code-scanning": 130, "dependabot": 1}  # type: ignore[union-attr]
    assert posture.security.code_scanning is posture.security.dependabot_alerts is True  # type: ignore[union-attr]
    people = {one.login: (one.permission, one.outside) for one in posture.collaborators}  # type: ignore[union-attr]
    assert people == {"mona": ("admin", False), "guest": ("read", True)}
    [key], [hook] = posture.deploy_keys, posture.hooks  # type: ignore[misc]
    assert (key.title, key.read_only) == ("deploy", False)
    assert (hook.host, hook.https, hook.verifies_tls, hook.has_secret, hook.active) == (
        "ci.example",
        False,
        False,
        False,
        False,
    )
    assert isinstance(posture.releases, tuple)
    assert [(one.tag, one.assets, one.attested) for one in posture.releases if isinstance(one, Release)] == [
        ("v1", ("shop.tar.gz",), True)
    ]
    assert posture.organisation.two_factor is posture.organisation.verified_domain is True  # type: ignore[union-attr]
    mona, bot = posture.contributors  # type: ignore[misc]
    assert isinstance(mona, Contributor)
    assert mona.organisations == ("acme", "octolabs")
    assert mona.as_of is not None
    assert bot.as_of is None


async def test_a_merge_tells_who_agreed_and_whether_checks_passed(github: FakeGitHub) -> None:
    furnish(github)
    github.settings(NAME).rollup = "FAILURE"
    pulled, pushed = (await read(as_person(github)))[0].merges  # type: ignore[misc]
    assert (pulled.pull, pulled.author, pulled.approvals, pulled.self_merged) == (1, "mona", 1, True)
    assert (pulled.checks_passed, pulled.verified, pulled.by_bot) == (False, True, False)
    assert (pushed.pull, pushed.approvals) == (0, 0)


async def test_merges_are_asked_again_only_when_the_head_moved_or_checks_still_ran(github: FakeGitHub) -> None:
    furnish(github)
    github.advance(hours=2)
    found = as_person(github)

    def asked() -> int:
        return github.requests.count("POST /graphql")

    _, known = await read(found)
    once = asked()
    assert (await read(found, known=known))[0].requests == 0
    assert asked() == once
    github.repository(NAME).write("main", {"b.py": "B = 1\n"}, at=int(time.time()) - 7000)
    github.settings(NAME).rollup = "PENDING"
    posture, known = await read(found, known=known)
    assert posture.merges[0].checks_passed is None  # type: ignore[index]
    github.settings(NAME).rollup = "SUCCESS"
    # The head is the same, but what was told of it was not the last word.
    posture, known = await read(found, known=known)
    assert posture.merges[0].checks_passed is True  # type: ignore[index]
    assert (await read(found, known=known))[0].requests == 0


async def test_a_404_for_want_of_permission_is_not_one_of_absence(github: FakeGitHub) -> None:
    furnish(github)
    posture, _ = await read(as_person(github, "guest"))
    for part in (posture.protection, posture.actions, posture.deploy_keys, posture.hooks, posture.collaborators):
        assert isinstance(part, Unknown)
        assert part.permission in part.why
    github.settings(NAME).protection = None
    github.settings(NAME).rulesets.clear()
    posture, _ = await read(as_person(github, "guest"))
    assert posture.protection.protected is False  # type: ignore[union-attr]


async def test_a_branch_that_only_looks_protected_is_a_known_no(github: FakeGitHub) -> None:
    furnish(github)
    github.fail(r"/branches/main/protection$", 404, body=b'{"message": "Branch not protected"}')
    posture, _ = await read(as_person(github))
    assert posture.protection.sources == ("ruleset main (organisation)",)  # type: ignore[union-attr]


async def test_an_app_without_a_permission_does_not_even_ask(github: FakeGitHub) -> None:
    furnish(github)
    found, place, _ = as_app(github, administration="none", repository_hooks="none", secret_scanning_alerts="none")
    posture, _ = await read(found, place)
    for part, permission in ((posture.hooks, "repository_hooks: read"), (posture.actions, "administration: read")):
        assert isinstance(part, Unknown)
        assert part.permission == permission
    assert posture.security.code_scanning is True  # type: ignore[union-attr]
    assert "secret-scanning" not in posture.security.open_alerts  # type: ignore[union-attr]
    assert not [one for one in github.requests if one.endswith(("/hooks", "/keys", "/actions/permissions"))]
    assert not github.requests.count(f"GET /repos/{NAME}/secret-scanning/alerts")


async def test_an_app_that_may_read_all_knows_all_but_who_may_go_past_a_ruleset(github: FakeGitHub) -> None:
    furnish(github)
    github.settings(NAME).rulesets[7]["bypass_shown"] = False
    found, place, _ = as_app(github)
    posture, _ = await read(found, place)
    assert not [name for name in Posture.model_fields if isinstance(getattr(posture, name), Unknown)]
    assert posture.protection.bypass_known is False  # type: ignore[union-attr]
    assert posture.protection.admins_included is False  # type: ignore[union-attr]


async def test_without_contents_the_repository_cannot_be_assessed(github: FakeGitHub) -> None:
    github.repository(NAME).private = True
    found, place, _ = as_app(github, contents="none")
    with pytest.raises(Denied, match="contents: read"):
        await read(found, place)


async def test_another_token_confirms_nothing_and_reads_everything_anew() -> None:
    with FakeGitHub(etags_by_token=True) as github:
        github.create(NAME)
        github.permit(NAME, "mona", "admin")
        first, known = await read(as_person(github))
        again, _ = await read(as_person(github), known=known)
        assert again.confirmed == 0
        # Merges and people hang on the head, not on ETags.
        assert first.requests - 2 <= again.requests <= first.requests


async def test_renamed_repositories_are_followed_and_say_their_new_name(github: FakeGitHub) -> None:
    furnish(github)
    found = as_person(github)
    _, known = await read(found)
    github.rename(NAME, "octo/store")
    posture, known = await read(found, known=known)
    assert posture.repository == "octo/store"
    assert posture.repository_id == github.repository("octo/store").id
    assert (await read(found, Place(repository="octo/store"), known))[0].requests <= 3


async def test_what_an_interrupted_reading_asked_is_not_paid_twice() -> None:
    with FakeGitHub(limits=Limits(hourly=12)) as github:
        github.create(NAME)
        github.permit(NAME, "mona", "admin")
        found = as_person(github)
        with pytest.raises(RateLimited):
            await read(found)
        found.gate.access.clock = lambda: github.now.timestamp()
        github.advance(hours=1, minutes=2)
        posture, _ = await read(found)
        assert posture.confirmed >= 4


async def test_an_organisation_is_asked_once_for_all_its_repositories() -> None:
    with FakeGitHub() as github:
        names = github.estate("acme", 4)
        github.organisation("acme", owners=["mona"], two_factor=True)
        for name in names:
            github.permit(name, "mona", "admin")
        found = as_person(github)
        postures = [(await read(found, Place(repository=name)))[0] for name in names]
        assert all(one.organisation.two_factor for one in postures)  # type: ignore[union-attr]
        assert github.requests.count("GET /orgs/acme") == 1
        assert {one.at for one in postures[1:]} == {postures[0].at}


async def test_a_tree_that_github_cuts_is_walked_folder_by_folder() -> None:
    with FakeGitHub(tree_limit=6) as github:
        files = {f"{folder}/{name}.py": "x\n" for folder in "abc" for name in "xyz"} | {"top.py": "t\n"}
        github.create(NAME, files)
        tree = await as_person(github).tree(PLACE, github.repository(NAME).sha("main"))
        assert {file.path for file in tree.files} == set(files)
        assert tree.cut == ""
    with FakeGitHub(tree_limit=2) as github:
        github.create(NAME, {f"{name}.py": "x\n" for name in "abc"})
        tree = await as_person(github).tree(PLACE, github.repository(NAME).sha("main"))
        assert len(tree.files) == 2
        assert "GitHub cut the listing of /" in tree.cut


async def test_contents_come_in_batches_and_only_as_git_has_them(github: FakeGitHub) -> None:
    files = {f"f{number}.txt": f"{number}\n" for number in range(60)} | {"latin.txt": b"caf\xe9\n", "nul.bin": b"\0\1"}
    github.create("octo/many", files)
    place, head = Place(repository="octo/many"), github.repository("octo/many").sha("main")
    found = as_person(github)
    got = await found.contents(place, head, files)
    assert got == {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
    assert github.requests.count("POST /graphql") == 2
    assert len([one for one in github.requests if "/git/blobs/" in one]) == 2
    github.fail(r"/git/blobs/", 200, times=9, body=b"forged")
    github.fail(r"/graphql", 502, times=9)
    assert (
        await connect(MemoryBlobs(), api=github.url, token=github.sign_in("mona")).settings.contents(
            place, head, ["nul.bin", "latin.txt"]
        )
        == {}
    )


# --- odd answers


class Taped(Access):
    """Keeps what GitHub answered; once `whole`, gives that back, changed by `odd`, and knows nothing else."""

    whole = False

    def __init__(self, api: str) -> None:
        super().__init__(api=api)
        self.tape: dict[str, Answer] = {}
        self.odd: tuple[str, bytes] | None = None

    async def exchange(self, method: str, url: str, headers: Mapping[str, str], **body: Any) -> Answer:
        query = body.get("json", {}).get("query", "") if isinstance(body.get("json"), dict) else ""
        key = f"{method} {url} {sorted((body.get('params') or {}).items())} {query}"
        if key not in self.tape and self.whole:
            return Answer(status=404, headers={}, content=b"{}", url=url)
        if key not in self.tape:
            self.tape[key] = await super().exchange(method, url, headers, **body)
        if self.odd is not None and self.odd[0] == key:
            return Answer(status=200, headers={"etag": '"odd"'}, content=self.odd[1], url=url)
        return self.tape[key]


@pytest.fixture(scope="module")
def taped() -> Iterator[Taped]:
    with FakeGitHub() as github:
        github.create(NAME, {"shop.py": "price = 1\n"})
        furnish(github)
        access = Taped(github.url)
        asyncio.run(GitHubSettings(Gate(access, token=github.sign_in("mona"))).posture(PLACE, {}))
        access.whole = True
        yield access


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-1, 0, 2**70, 1.5, float("inf"), "", "\ud800", "x" * 5000, [], {}, [None], [[]], [{}] * 1500, {"a": []}]),
    st.text(max_size=8),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(value, (*path, key))


def replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The value with another one at a place."""
    if not path:
        return value
    found = copy.copy(node)
    found[path[0]] = replaced(found[path[0]], path[1:], value)
    return found


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_whatever_github_answers_it_is_told_or_refused_and_never_a_crash(taped: Taped, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(taped.tape)))
    whole = json.loads(taped.tape[key].content or b"null")
    path = data.draw(st.sampled_from(list(places(whole))))
    content = json.dumps(replaced(whole, path, data.draw(ODD))).encode()
    taped.odd = key, data.draw(st.sampled_from([content, b"[" * 100_000, b"<html>"] if not path else [content]))
    found = GitHubSettings(Gate(taped, token="ghp_any"))
    try:
        posture, known = asyncio.run(found.posture(PLACE, {}))
    except FusionError:
        return
    finally:
        taped.odd = None
    assert posture.model_dump_json().encode()
    json.dumps(known).encode()


@given(known=st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.dictionaries(st.text(max_size=4), x)))
@settings(max_examples=20, deadline=None)
def test_what_was_kept_badly_is_not_believed(taped: Taped, known: Any) -> None:
    broken = {"etag": '"1"', "answer": known}
    keys = ("", "branches/main", "graphql merges", "graphql people", "hooks?per_page=100")
    found = GitHubSettings(Gate(taped, token="ghp_any"))
    posture, _ = asyncio.run(found.posture(PLACE, {"version": 1, "answers": dict.fromkeys(keys, broken)}))
    assert posture.repository == NAME


async def test_what_was_kept_in_another_form_is_read_anew(github: FakeGitHub) -> None:
    furnish(github)
    found = as_person(github)
    first, known = await read(found)
    for entry in known["answers"].values():
        entry["answer"] = {"other": "form"}
    again, _ = await read(found, known=known)
    assert again.hooks == first.hooks
    assert again.basics == first.basics


async def test_features_that_are_off_are_a_known_no_that_is_asked_again_each_time(github: FakeGitHub) -> None:
    github.permit(NAME, "mona", "admin")
    found = as_person(github)
    first, known = await read(found)
    assert first.security.dependabot_alerts is first.security.code_scanning is False  # type: ignore[union-attr]
    assert first.security.secret_scanning is False  # type: ignore[union-attr]
    assert first.security.open_alerts == {}  # type: ignore[union-attr]
    # A refusal has no ETag that could confirm it.
    assert (await read(found, known=known))[0].requests <= 3
    github.settings(NAME).dependabot_alerts = True
    again, _ = await read(found, known=known)
    assert again.security.dependabot_alerts is True  # type: ignore[union-attr]


async def test_a_history_too_long_for_a_list_of_contributors_is_no_want_of_permission(github: FakeGitHub) -> None:
    words = b'{"message": "The history or contributor list is too large to list contributors for this repository via the API."}'
    github.fail(r"/contributors$", 403, body=words)
    posture, _ = await read(as_person(github))
    assert isinstance(posture.contributors, Unknown)
    assert "too large" in posture.contributors.why
    assert posture.contributors.permission == ""


async def test_a_part_whose_server_fails_is_unknown_and_the_rest_is_told(github: FakeGitHub) -> None:
    github.permit(NAME, "mona", "admin")
    github.fail(r"/keys$", 502, times=9)
    posture, _ = await read(as_person(github))
    assert isinstance(posture.deploy_keys, Unknown)
    assert posture.hooks == ()
    github.fail(rf"/repos/{NAME}$", 451, times=9)
    with pytest.raises(Gone):
        await read(as_person(github))
