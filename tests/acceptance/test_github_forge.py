"""Pull requests read from a fake GitHub that holds every request against GitHub's own OpenAPI description."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from fusion.adapters.github import GitHubForge
from fusion.adapters.memory.records import MemoryBlobs
from fusion.errors import HeadMoved, PermanentError, TransientError, UserError
from fusion.model import Change, ChangeKind, EntryType, Request, RequestKind
from tests.fakes.commandline import Workplace
from tests.fakes.github import FakeGitHub

REQUEST = Request(kind=RequestKind.PULL, repository="octo/shop", number=12)


@pytest.fixture
def shop(tmp_path: Path) -> Workplace:
    place = Workplace(tmp_path / "shop", tmp_path / "state").init()
    place.commit(
        "Begin",
        **{
            ".fusion.yml": "version: 1\n",
            "README.md": "# Shop\n",
            "kept.py": "KEPT = 1\n",
            "old name.py": "".join(f"line_{n} = {n}\n" for n in range(30)),
            "gone.py": "GONE = 1\n",
            "logo.png": b"\x89PNG\0\0" + bytes(range(256)),
            "tests/test_kept.py": "def test_kept():\n    assert True\n",
        },
    )
    place.git("checkout", "--quiet", "-b", "feature")
    place.git("mv", "old name.py", "größe.py")
    place.git("rm", "--quiet", "gone.py")
    (place.folder / "link").symlink_to("kept.py")
    place.commit(
        "Change",
        **{
            "kept.py": "KEPT = 2\nMORE = 3\n",
            "logo.png": b"\x89PNG\0\1" + bytes(range(256)),
            ".fusion.yml": "ignore: ['**']\n",
        },
    )
    place.git("checkout", "--quiet", "main")
    place.commit("Meanwhile", **{"other.py": "OTHER = 1\n"})
    return place


@pytest.fixture
def github(shop: Workplace) -> Iterator[FakeGitHub]:
    with FakeGitHub(token="secret") as fake:
        fake.add("octo/shop", shop.folder, private=True)
        fake.pull("octo/shop", 12, base="main", head="feature", title="Change a few things")
        yield fake


async def fetch(github: FakeGitHub, blobs: MemoryBlobs | None = None, request: Request = REQUEST, **options: object) -> Change:
    forge = GitHubForge(blobs or MemoryBlobs(), api=github.url, **{"token": "secret", **options})  # type: ignore[arg-type]
    return await forge.fetch_change(request)


async def test_the_whole_change_is_read(github: FakeGitHub, shop: Workplace) -> None:
    blobs = MemoryBlobs()
    change = await fetch(github, blobs)
    assert (change.repository, change.subject, change.title) == ("octo/shop", "pull:12", "Change a few things")
    assert change.base == shop.git("merge-base", "main", "feature")
    assert change.head == shop.git("rev-parse", "feature")
    assert change.provenance.visibility == "private"
    assert not change.fork
    assert change.cut == ()
    files = {file.path: file for file in change.files}
    assert set(files) == {".fusion.yml", "kept.py", "größe.py", "gone.py", "link", "logo.png"}
    assert files["größe.py"].kind is ChangeKind.RENAMED
    assert files["größe.py"].old_path == "old name.py"
    assert files["gone.py"].kind is ChangeKind.DELETED
    assert files["gone.py"].head is None
    assert files["link"].entry is EntryType.SYMLINK
    assert files["logo.png"].binary
    kept = files["kept.py"]
    assert kept.head is not None
    assert await blobs.get(kept.head.digest) == b"KEPT = 2\nMORE = 3\n"
    assert kept.base is not None
    assert await blobs.get(kept.base.digest) == b"KEPT = 1\n"
    assert kept.hunks[0].body == "-KEPT = 1\n+KEPT = 2\n+MORE = 3"
    assert {file.path for file in change.context} == {"README.md", "tests/test_kept.py"}


async def test_policy_comes_from_the_base_branch(github: FakeGitHub) -> None:
    blobs = MemoryBlobs()
    change = await fetch(github, blobs)
    assert change.policy is not None
    assert await blobs.get(change.policy.digest) == b"version: 1\n"
    assert ".fusion.yml at" in change.policy_origin


async def test_many_files_are_paged_and_a_cut_is_told(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "many", tmp_path / "state").init()
    place.commit("Begin")
    place.git("checkout", "--quiet", "-b", "feature")
    place.commit("Many", **{f"file{n:03}.txt": f"{n}\n" for n in range(130)})
    with FakeGitHub(listed=110) as fake:
        fake.add("octo/many", place.folder)
        fake.pull("octo/many", 1, base="main", head="feature")
        request = Request(kind=RequestKind.PULL, repository="octo/many", number=1)
        fake.listed = 130
        whole = await fetch(fake, request=request, token=None)
        assert (len(whole.files), whole.cut) == (130, ())
        fake.listed = 110
        assert await fetch(fake, request=request, token=None) == whole, "the trees name what the list does not"
        fake.listed = 130
        few = await fetch(fake, request=request, token=None, max_reads=50)
        assert len([file for file in few.files if not file.omitted]) == 50
        assert any("80 of 130 files were not read" in sentence for sentence in few.cut)
        fake.tree_limit = 115
        cut = await fetch(fake, request=request, token=None)
        assert any("cut the listing" in sentence for sentence in cut.cut)
        assert {file.omitted for file in cut.files if file.head is None} == {"GitHub's tree does not name it"}


async def test_more_files_than_github_lists(tmp_path: Path) -> None:
    listed = 120
    place = Workplace(tmp_path / "vast", tmp_path / "state").init()
    body = "".join(f"line {n}\n" for n in range(20))
    place.commit("Begin", **{f"old/{n:02}.txt": f"{n}\n{body}" for n in range(40)})
    place.git("checkout", "--quiet", "-b", "feature")
    place.git("mv", "old", "zoo")
    place.commit("Many", **{f"new/{n // 100:02}/{n:04}.txt": f"{n}\n" for n in range(listed + 60)})
    with FakeGitHub(listed=listed) as fake:
        fake.add("octo/vast", place.folder)
        fake.pull("octo/vast", 1, base="main", head="feature")
        change = await fetch(fake, request=Request(kind=RequestKind.PULL, repository="octo/vast", number=1), token=None)
    assert change.cut == ()
    files = {file.path: file for file in change.files}
    assert len(change.files) == len(files) == listed + 100
    assert all(file.head and not file.omitted for file in files.values())
    last = files[f"new/{(listed + 59) // 100:02}/{listed + 59:04}.txt"]
    assert (last.kind, last.added, last.hunks[0].body) == (ChangeKind.ADDED, 1, f"+{listed + 59}")
    assert (files["zoo/07.txt"].kind, files["zoo/07.txt"].old_path) == (ChangeKind.RENAMED, "old/07.txt")


async def test_a_patch_that_github_leaves_out_is_computed(github: FakeGitHub) -> None:
    with_patches = await fetch(github)
    repository = github.repositories["octo/shop"]
    for item in repository.changes(repository.pulls[12]):
        item.pop("patch", None)
    assert await fetch(github) == with_patches


async def test_a_large_file_is_named_not_read(github: FakeGitHub) -> None:
    change = await fetch(github, max_file_bytes=12)
    assert {file.path for file in change.files if "too large" in file.omitted} >= {"kept.py", "logo.png"}


async def test_a_fork_is_known(github: FakeGitHub) -> None:
    github.pull("octo/shop", 13, base="main", head="feature", fork=True)
    assert (await fetch(github, request=REQUEST.model_copy(update={"number": 13}))).fork


async def test_a_head_that_moved_is_refused(github: FakeGitHub, shop: Workplace) -> None:
    with pytest.raises(HeadMoved, match="by now") as caught:
        await fetch(github, request=REQUEST.model_copy(update={"head": "a" * 40}))
    assert caught.value.head == shop.git("rev-parse", "feature")


@pytest.mark.parametrize(
    ("status", "headers", "error", "words"),
    [
        (401, {}, UserError, "token"),
        (403, {}, UserError, "read permission"),
        (404, {}, UserError, "may not see"),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}, TransientError, "rate limit"),
        (403, {"retry-after": "120"}, TransientError, "rate limit"),
        (429, {"retry-after": "60"}, TransientError, "rate limit|429"),
        (500, {}, TransientError, "500"),
        (502, {}, TransientError, "502"),
        (418, {}, PermanentError, "418"),
    ],
)
async def test_refusals_and_outages(
    github: FakeGitHub, status: int, headers: dict[str, str], error: type[Exception], words: str
) -> None:
    github.fail(r"/pulls/12$", status, headers=headers)
    with pytest.raises(error, match=words) as caught:
        await fetch(github)
    assert "\n" not in str(caught.value)


async def test_a_list_that_leaves_out_a_file_cuts_the_change(github: FakeGitHub) -> None:
    repository = github.repositories["octo/shop"]
    listed = repository.changes(repository.pulls[12])
    listed[:] = [item for item in listed if item["filename"] != "kept.py"]
    assert (await fetch(github)).cut == ("GitHub's list leaves out 1 of the files that differ, such as kept.py",)


async def test_a_list_of_another_head_is_refused(github: FakeGitHub) -> None:
    repository = github.repositories["octo/shop"]
    next(item for item in repository.changes(repository.pulls[12]) if item["filename"] == "kept.py")["sha"] = "0" * 40
    with pytest.raises(TransientError, match=r"new head while it was read \(kept\.py"):
        await fetch(github)


async def test_a_wrong_token(github: FakeGitHub) -> None:
    with pytest.raises(UserError, match="token"):
        await fetch(github, token="wrong")


async def test_an_answer_that_is_not_what_was_asked(github: FakeGitHub) -> None:
    github.fail(r"/pulls/12$", 200, body=b'{"number": 12}')
    with pytest.raises(PermanentError):
        await fetch(github)


async def test_an_answer_that_is_not_json(github: FakeGitHub) -> None:
    github.fail(r"/pulls/12$", 200, body=b"<html>")
    with pytest.raises(PermanentError):
        await fetch(github)


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    forge = GitHubForge(MemoryBlobs(), api=f"http://127.0.0.1:{port}")
    with pytest.raises(TransientError, match="does not answer"):
        await forge.fetch_change(REQUEST)


def test_on_the_command_line(github: FakeGitHub, shop: Workplace) -> None:
    done = shop.fusion(
        "review", "--pr", "octo/shop#12", FUSION_GITHUB_API=github.url, GITHUB_TOKEN="secret", FUSION_EVIDENCE="off"
    )
    assert done.returncode == 0, done.stderr
    assert "Change a few things" in done.stdout
    assert "6 files" in done.stdout
    missing = shop.fusion("review", "--pr", "octo/shop#99", FUSION_GITHUB_API=github.url, GITHUB_TOKEN="secret")
    assert missing.returncode == 2
