import os

from documents.settings import EXPORTS


class ExportError(ValueError):
    pass


def _check(path):
    if not path.startswith(EXPORTS + os.sep):
        raise ExportError("outside of the export folder")
    return path


def joined_target(*parts):
    path = os.path.join(EXPORTS, *parts)
    return _check(path)


def real_target(*parts):
    path = os.path.realpath(os.path.join(EXPORTS, *parts))
    return _check(path)
