"""`tools/setup` on machines that lack something: one line that says what to install."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's set-up, and a folder of programs that is the whole path."""
    (tmp_path / "project" / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "setup", tmp_path / "project" / "tools" / "setup")
    (tmp_path / "bin").mkdir()
    for program in ("dirname", "bash", "env"):
        provide(tmp_path, program)
    return tmp_path / "project"


def provide(folder: Path, program: str) -> None:
    found = shutil.which(program)
    assert found
    (folder / "bin" / program).symlink_to(found)


def setup(project: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = {"PATH": str(project.parent / "bin"), "HOME": str(project), "PYENV_ROOT": str(project / "no-pyenv")}
    command = [str(project.parent / "bin" / "bash"), "tools/setup", "base"]
    return subprocess.run(command, cwd=project, env={**path, **environment}, capture_output=True, text=True)


def test_git_is_missing(project: Path) -> None:
    done = setup(project)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "git" in done.stderr


def test_python_is_missing(project: Path) -> None:
    provide(project.parent, "git")
    done = setup(project)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Python 3.11" in done.stderr


def test_only_an_old_python_is_there(project: Path) -> None:
    provide(project.parent, "git")
    old = project.parent / "bin" / "python3"
    old.write_text("#!/bin/sh\necho 9\n")
    old.chmod(0o755)
    assert "Python 3.11" in setup(project).stderr


def test_the_newest_python_is_taken(project: Path) -> None:
    provide(project.parent, "git")
    for name, minor in (("python3", 11), ("python3.13", 13), ("python3.12", 12)):
        fake = project.parent / "bin" / name
        fake.write_text(
            f'#!/bin/sh\ncase "$*" in *version_info*) echo {minor} ;; *) echo "{name} $*" >>"$HOME/asked"; exit 3 ;; esac\n'
        )
        fake.chmod(0o755)
    setup(project)
    asked = (project / "asked").read_text()
    assert "python3.13 -m venv .venv" in asked
    assert "python3.12" not in asked
