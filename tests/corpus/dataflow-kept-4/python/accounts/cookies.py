YEAR = 365 * 24 * 3600

BASE_OPTIONS = {"httponly": True, "samesite": "Lax", "path": "/"}


def options(**extra):
    merged = dict(BASE_OPTIONS)
    merged.update(extra)
    return merged
