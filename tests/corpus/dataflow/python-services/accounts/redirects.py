from urllib.parse import urlsplit

HOME = "/"


def local_path(target, default=HOME):
    """Where to go after the login."""
    if target and target.startswith("/"):
        return target
    return default


def same_site_path(target, default=HOME):
    """Where to go after the login."""
    if not target or not target.startswith("/") or "\\" in target:
        return default
    if any(ord(char) < 33 for char in target):
        return default
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or target.startswith("//"):
        return default
    return target
