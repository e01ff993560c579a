"""The history of a repository on disk: each content of each path once, with the commit that brought it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fusion.adapters.git.history import Bounds, LocalHistory
from fusion.model.posture import Unknown
from fusion.ports.compliance import Past
from tests.fakes.commandline import Workplace


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "repo", tmp_path / "home").init()


async def past(place: Workplace, **bounds: int) -> Past:
    found = await LocalHistory(place.folder, bounds=Bounds(**bounds)).past()
    assert isinstance(found, Past)
    return found


def told(found: Past) -> set[tuple[str, str]]:
    return {(version.path, version.commit) for version in found.versions}


async def test_each_content_is_told_once_with_the_oldest_commit_that_brought_it(place: Workplace) -> None:
    first = place.commit("one", **{"a.txt": "1\n", "b.txt": "b\n"})
    second = place.commit("two", **{"a.txt": "2\n"})
    place.commit("back", **{"a.txt": "1\n"})
    found = await past(place)
    assert told(found) == {("a.txt", first), ("b.txt", first), ("a.txt", second)}
    assert (found.commits, found.cut) == (3, "")
    contents = await LocalHistory(place.folder).contents({version.blob for version in found.versions})
    assert sorted(contents.values()) == [b"1\n", b"2\n", b"b\n"]


async def test_other_branches_tags_and_what_only_a_merge_wrote_are_read(place: Workplace) -> None:
    place.commit("base", **{"a.txt": "base\n"})
    place.git("checkout", "--quiet", "-b", "side")
    side = place.commit("side", **{"a.txt": "side\n"})
    place.git("checkout", "--quiet", "--orphan", "alone")
    place.git("rm", "--quiet", "-rf", ".")
    alone = place.commit("alone", **{"alone.txt": "x\n"})
    place.git("tag", "-a", "v1", "-m", "v1")
    place.git("checkout", "--quiet", "--force", "main")
    place.git("branch", "--quiet", "-D", "alone")
    place.commit("main", **{"a.txt": "main\n"})
    place.git("merge", "--quiet", "--no-commit", "--strategy=ours", "side")
    merge = place.commit("merge", **{"a.txt": "neither\n"})
    assert {("a.txt", side), ("alone.txt", alone), ("a.txt", merge)} <= told(await past(place))


async def test_the_state_changes_with_any_branch_and_with_nothing_else(place: Workplace) -> None:
    commit = place.commit("one", **{"a.txt": "1\n"})
    history = LocalHistory(place.folder)
    before = await history.state()
    place.write("a.txt", "not committed\n")
    assert await history.state() == before
    place.git("checkout", "--quiet", "-b", "side")
    place.commit("two", **{"b.txt": "2\n"})
    place.git("checkout", "--quiet", "main")
    assert place.git("rev-parse", "HEAD") == commit
    assert await history.state() != before


async def test_what_is_cut_is_said(place: Workplace, tmp_path: Path) -> None:
    for number in range(4):
        last = place.commit("more", **{"a.txt": f"{number}\n", f"{number}.txt": "same\n"})
    found = await past(place, commits=1)
    assert told(found) == {("a.txt", last), ("3.txt", last)}
    assert "only the newest 1 commits" in found.cut
    assert "only the newest 3 versions" in (await past(place, versions=3)).cut
    assert "only the newest 6 bytes" in (await past(place, bytes=6)).cut
    place.git("clone", "--quiet", "--depth=2", f"file://{place.folder}", str(tmp_path / "shallow"))
    shallow = await LocalHistory(tmp_path / "shallow").past()
    assert isinstance(shallow, Past)
    assert (shallow.commits, "shallow" in shallow.cut) == (2, True)


async def test_what_is_too_large_is_listed_and_not_read(place: Workplace) -> None:
    place.commit("large", **{"large.txt": "x" * 101, "small.txt": "x"})
    history = LocalHistory(place.folder, bounds=Bounds(file=100))
    found = await history.past()
    assert isinstance(found, Past)
    assert {version.path: version.size for version in found.versions} == {"large.txt": 101, "small.txt": 1}
    assert list((await history.contents({one.blob for one in found.versions})).values()) == [b"x"]


async def test_links_submodules_and_deleted_files_have_no_contents(place: Workplace) -> None:
    (place.folder / "link").symlink_to("/etc/passwd")
    first = place.commit("one", **{"gone.txt": "x\n"})
    place.git("update-index", "--add", "--cacheinfo", f"160000,{first},module")
    place.git("rm", "--quiet", "gone.txt")
    place.git("commit", "--quiet", "--message", "two")
    assert told(await past(place)) == {("gone.txt", first)}


async def test_nothing_that_the_repository_configures_runs_and_odd_names_are_told_apart(
    place: Workplace, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    place.write(".gitattributes", "* diff=evil filter=evil\n")
    commit = place.commit("odd", **{":100644 x": "a\n", "tab\tand\nline": "b\n"})
    for key in ("diff.evil.command", "diff.evil.textconv", "filter.evil.smudge", "core.fsmonitor", "core.pager"):
        place.git("config", key, f"touch {marker}; cat")
    assert {path for path, at in told(await past(place)) if at == commit} >= {".gitattributes", ":100644 x"}
    assert not marker.exists()


async def test_a_folder_and_a_repository_without_commits_have_no_history(place: Workplace, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    for folder in (place.folder, tmp_path / "plain"):
        assert isinstance(await LocalHistory(folder).past(), Unknown)
        assert isinstance(await LocalHistory(folder).state(), Unknown)
