from pathlib import Path


class Depot:
    def __init__(self, root):
        self.root = Path(root).resolve()

    def at(self, *names):
        return self.root.joinpath(*names)

    def locate(self, *names):
        path = self.at(*names).resolve()
        if not path.is_relative_to(self.root):
            raise LookupError("outside of depot")
        return path

    def read(self, path):
        with open(path, "rb") as handle:
            return handle.read()


LABELS = Depot("/srv/warehouse/labels")
