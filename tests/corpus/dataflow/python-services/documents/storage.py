from pathlib import Path

from documents.settings import ROOT


class StorageError(Exception):
    pass


class Storage:
    def __init__(self, root: Path = ROOT):
        self.root = root

    def locate(self, name: str) -> Path:
        path = self.root / name.lstrip("/")
        if not path.is_file():
            raise StorageError("no such document")
        return path

    def resolve(self, name: str) -> Path:
        path = (self.root / name.lstrip("/")).resolve()
        if not path.is_relative_to(self.root) or not path.is_file():
            raise StorageError("no such document")
        return path


def get_storage() -> Storage:
    return Storage()
