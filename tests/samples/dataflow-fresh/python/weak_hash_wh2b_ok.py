import hashlib
import hmac
import enum


class Digest(enum.Enum):
    OLD = "md5"
    NEW = "sha256"


def sign(key, text, digest=Digest.NEW):
    return hmac.new(key, text, digest.value).hexdigest()


def make_link(key, user):
    return sign(key, user.encode())
