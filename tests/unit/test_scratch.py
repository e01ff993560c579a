"""The scratch copy: safe names for any path, nothing that a tool takes for configuration, and the way back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.evidence.scratch import Aliases, scratch, sweep, write

ODD = {
    "../../etc/passwd": b"climbs",
    "/etc/shadow": b"absolute",
    "a/../b.py": b"dots",
    "a//b.py": b"empty part",
    "./c.py": b"dot",
    "-rf": b"option",
    "--config=evil.toml": b"option too",
    "line\nbreak.py": b"newline",
    "tab\tand\x1b[31m.sh": b"control",
    "with space.py": b"space",
    "quote'\".js": b"quotes",
    "ünïcode.py": b"unicode",
    "rtl\u202egnp.py": b"bidi",
    "n" * 300 + ".py": b"long name",
    "/".join(["deep"] * 60) + "/x.py": b"deep",
    ".git/config": b"git",
    "sub/.GIT/hooks/x": b"git in capitals",
    "%2e%2e/x.py": b"percent",
    "*.py": b"glob",
    "~/x": b"home",
    "...": b"dots only",
    "nul": b"device",
    "trailing.": b"dot at the end",
}


def test_plain_names_stay_as_they_are(tmp_path: Path) -> None:
    contents = {
        "src/app/main.py": b"x = 1\n",
        ".github/workflows/ci.yml": b"on: push\n",
        "Dockerfile": b"FROM x\n",
        "a-b_c+d.test.ts": b"",
    }
    copy = write(tmp_path, contents)
    assert copy.names == {path: path for path in contents}
    assert {path: (copy.root / path).read_bytes() for path in contents} == contents


def test_odd_names_get_an_alias_and_are_mapped_back(tmp_path: Path) -> None:
    copy = write(tmp_path, ODD)
    assert sorted(copy.names.values()) == sorted(ODD)
    for alias, original in copy.names.items():
        assert (copy.root / alias).read_bytes() == ODD[original]
        assert copy.original(alias) == original
        assert copy.original(f"./{alias}") == original
        assert copy.original(str(copy.root / alias)) == original
        assert alias.isascii()
        assert not alias.startswith(("-", "/"))
        assert not {"..", ".git"} & set(alias.lower().split("/"))


def test_nothing_is_written_outside_the_copy(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    copy = write(folder, ODD)
    everything = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(everything) == len(ODD)
    assert all(path.is_relative_to(copy.root) for path in everything)
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


@pytest.mark.parametrize(
    "name",
    [
        *("pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg", "tox.ini", ".bandit", ".shellcheckrc", ".hadolint.yaml"),
        *("zizmor.yml", ".oxlintrc.json", "oxlint.config.ts", ".betterleaks.toml", ".gitleaks.toml", ".gitleaksignore"),
        *("sgconfig.yml", ".semgrepignore", ".gitignore", ".ignore", ".eslintrc.js", "whitelizer.txt", ".checkov.yaml"),
        *("PyProject.TOML", "tsconfig.json", ".editorconfig", ".gitattributes"),
    ],
)
@pytest.mark.parametrize("folder", ["", "src/", ".github/"])
def test_configuration_of_a_tool_is_copied_as_data(tmp_path: Path, name: str, folder: str) -> None:
    copy = write(tmp_path, {folder + name: b"ignore everything"})
    (alias,) = copy.names
    assert name.lower() not in {part.lower() for part in alias.split("/")}
    assert copy.original(alias) == folder + name
    assert (copy.root / alias).read_bytes() == b"ignore everything"


def test_an_alias_keeps_the_ending() -> None:
    aliases = Aliases()
    assert aliases.name("[id].test.tsx").endswith(".test.tsx")
    assert aliases.name("my file.py").endswith(".py")


def test_names_that_differ_in_case_only_do_not_meet(tmp_path: Path) -> None:
    contents = {"Makefile": b"1", "makefile": b"2", "Src/a.py": b"3", "src/a.py": b"4", "src": b"5"}
    copy = write(tmp_path, contents)
    assert len({alias.lower() for alias in copy.names}) == 5
    assert {original: (copy.root / alias).read_bytes() for alias, original in copy.names.items()} == contents


def test_a_file_and_a_folder_of_one_name_do_not_meet(tmp_path: Path) -> None:
    copy = write(tmp_path, {"a": b"1", "a/b": b"2"})
    assert sorted((copy.root / alias).read_bytes() for alias in copy.names) == [b"1", b"2"]


def test_an_alias_never_takes_a_name_that_is_there(tmp_path: Path) -> None:
    copy = write(tmp_path, {"renamed-1.py": b"1", "my file.py": b"2", "renamed-2.py": b"3"})
    assert sorted((copy.root / alias).read_bytes() for alias in copy.names) == [b"1", b"2", b"3"]


def test_paths_that_are_not_ours_have_no_original(tmp_path: Path) -> None:
    copy = write(tmp_path, {"a.py": b""})
    for path in ("b.py", "/etc/passwd", "../a.py", "", str(copy.home / "a.py"), str(copy.root)):
        assert copy.original(path) is None


def test_directives_are_neutralised_in_the_copy(tmp_path: Path) -> None:
    copy = write(tmp_path, {"a.py": b"run(x)  # nosec\n"})
    assert (copy.root / "a.py").read_bytes() == b"run(x)  # xxxxx\n"


def test_the_copy_is_for_us_alone_and_goes_away(tmp_path: Path) -> None:
    with scratch({"a.py": b"x"}, parent=tmp_path) as copy:
        assert (copy.root / "a.py").stat().st_mode & 0o077 == 0
        assert copy.root.parent.stat().st_mode & 0o077 == 0
        assert list(copy.home.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_it_goes_away_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), scratch({"a.py": b"x"}, parent=tmp_path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_swept_when_old(tmp_path: Path) -> None:
    with scratch({"a.py": b"x"}, parent=tmp_path) as live:
        old, link = tmp_path / "fusion-scratch-old", tmp_path / "fusion-scratch-link"
        (old / "files").mkdir(parents=True)
        (tmp_path / "elsewhere").mkdir()
        link.symlink_to(tmp_path / "elsewhere")
        os.utime(old, (0, 0))
        os.utime(link, (0, 0), follow_symlinks=False)
        assert sweep(tmp_path, older_than=3600) == 1
        assert live.root.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "fusion-scratch-link"]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), min_size=1, max_size=12, unique=True)
)
def test_any_names_stay_inside_and_apart(paths: list[str]) -> None:
    aliases = Aliases()
    given_out = [aliases.name(path) for path in paths]
    assert len({alias.casefold() for alias in given_out}) == len(paths)
    for alias in given_out:
        assert os.path.normpath(alias) == alias
        assert not alias.startswith(("/", "-", ".."))
        assert alias.isprintable()
        assert alias.isascii()
