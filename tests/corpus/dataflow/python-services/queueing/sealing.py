import hashlib
import hmac
import os

_SIZE = hashlib.sha256().digest_size


class SealError(ValueError):
    pass


def _key():
    key = os.environ.get("QUEUE_SEAL_KEY", "").encode()
    if len(key) < 32:
        raise SealError("the key is not set")
    return key


def seal(content):
    return hmac.new(_key(), content, hashlib.sha256).digest() + content


def split_sealed(message):
    """The content of a message and its seal."""
    if len(message) <= _SIZE:
        raise SealError("message is too short")
    return message[_SIZE:], message[:_SIZE]


def open_sealed(message):
    """The content of a message and its seal."""
    content, found = split_sealed(message)
    expected = hmac.new(_key(), content, hashlib.sha256).digest()
    if not hmac.compare_digest(found, expected):
        raise SealError("seal is broken")
    return content, found
