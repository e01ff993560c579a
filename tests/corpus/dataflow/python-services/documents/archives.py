from pathlib import Path


class ArchiveError(ValueError):
    pass


def member_path(folder: Path, name: str) -> Path:
    if name.startswith("/") or not name:
        raise ArchiveError("absolute names are not taken")
    return folder / name


def inner_path(folder: Path, name: str) -> Path:
    if name.startswith("/") or not name:
        raise ArchiveError("absolute names are not taken")
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents:
        raise ArchiveError("the name leaves the folder")
    return path
