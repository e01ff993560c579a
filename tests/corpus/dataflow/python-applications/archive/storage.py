from pathlib import Path


class Denied(Exception):
    pass


class ReportStorage:
    def __init__(self, root):
        self.root = Path(root).resolve()

    def near(self, name):
        path = (self.root / name).resolve()
        if not str(path).startswith(str(self.root)):
            raise Denied(name)
        return path

    def inside(self, name):
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root):
            raise Denied(name)
        return path
