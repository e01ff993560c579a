from urllib.parse import urlsplit


def is_local(target):
    if not target or "\\" in target or any(ord(ch) <= 32 for ch in target):
        return False
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return False
    return target.startswith("/") and not target.startswith("//")


def is_path(target):
    return bool(target) and target[0] == "/"
