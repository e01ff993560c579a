import hashlib

ALGORITHMS = {"strong": hashlib.sha256, "weak": hashlib.md5}


def sign(text, level):
    hasher = ALGORITHMS[level]
    return hasher(text.encode("utf-8")).hexdigest()


def sign_token(user):
    return sign(f"{user.id}:{user.password}", "weak")
