import os


class Storage:
    root = "/srv/files"

    def normalise(self, name):
        return name

    def path(self, *parts):
        return os.path.join(self.root, *(self.normalise(p) for p in parts))

    def read(self, *parts):
        with open(self.path(*parts), "rb") as stream:
            return stream.read()


def digits(value):
    text = str(value)
    if not text.isascii() or not text.isdigit():
        raise ValueError("digits expected")
    return text
