import hashlib
import hmac


def sign_first(key, content):
    """Signature of the first version of the interface."""
    return hashlib.sha1(key + content).hexdigest()


def sign_second(key, content):
    """Signature of the second version of the interface."""
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def same(left, right):
    return hmac.compare_digest(left.encode(), right.encode())
