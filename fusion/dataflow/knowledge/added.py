"""Knowledge that does not come with Fusion: what plugins and FUSION_KNOWLEDGE add, read and checked before it is used.

A folder or file that is wrong is left out, with a sentence that says so; the others are used. Nothing here is looked for in a
repository that is reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

from fusion.dataflow.knowledge.loading import files, installed, parse
from fusion.dataflow.knowledge.schema import Library
from fusion.errors import UserError

SETTING = "FUSION_KNOWLEDGE"
LANGUAGES = ("python", "javascript")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedFile:
    """One knowledge file, and whose it is (`plugin acme`, `FUSION_KNOWLEDGE`)."""

    path: Path
    data: bytes
    library: Library
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What can be used, in order, and a sentence for each folder or file that cannot."""

    files: tuple[AddedFile, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, for `loading.load`."""
        return tuple(file.path for file in self.files)

    @property
    def contents(self) -> Mapping[str, bytes]:
        """The bytes of each file by a name that is the same on every machine: what is added decides what is reported."""
        return {
            f"{number} {file.library.language}/{file.path.name}": file.data for number, file in enumerate(self.files, start=1)
        }


def added(folders: Sequence[Path] = (), points: Iterable[EntryPoint] | None = None) -> Added:
    """The knowledge of plugins, then that of `folders` (FUSION_KNOWLEDGE). `points` replaces the installed entry points."""
    found: list[AddedFile] = []
    mistakes: list[str] = []
    plugins, broken = installed(points)
    mistakes += [f"The knowledge of the plugin {name} is not used: {reason}." for name, reason in broken.items()]
    for folder, origin in [*((place, f"plugin {name}") for name, place in plugins), *((place, SETTING) for place in folders)]:
        mine, wrong = read(folder, origin)
        found += mine
        mistakes += [f"Knowledge of {origin} is not used: {sentence}" for sentence in wrong]
    return Added(files=tuple(found), mistakes=tuple(mistakes))


def read(folder: Path, origin: str) -> tuple[list[AddedFile], list[str]]:
    """The files of one folder that are right, and a sentence for each mistake."""
    if not folder.is_dir():
        return [], [f"there is no folder {folder}."]
    found: list[AddedFile] = []
    mistakes: list[str] = []
    paths = [(language, path) for language in LANGUAGES for path in files(folder, language)]
    if not paths:
        return [], [f"{folder} holds no knowledge files (python/*.toml, javascript/*.toml)."]
    for language, path in paths:
        try:
            data = path.read_bytes()
            library = parse(data, path)
        except OSError as error:
            mistakes.append(f"{language}/{path.name} cannot be read: {error.strerror or error}.")
        except UserError as error:
            mistakes += [f"{language}/{line}" for line in str(error).splitlines()]
        else:
            if library.language == language:
                found.append(AddedFile(path=path, data=data, library=library, origin=origin))
            else:
                mistakes.append(f"{language}/{path.name}: language: it lies in {language}/ and says {library.language!r}.")
    return found, mistakes


def inside(folders: Iterable[Path], repository: Path) -> Path | None:
    """The first of the folders that lies in the work tree around `repository`: a change could write what it holds."""
    here = repository.resolve()
    root = next((place for place in (here, *here.parents) if (place / ".git").exists()), here)
    return next((folder for folder in folders if folder.resolve().is_relative_to(root)), None)
