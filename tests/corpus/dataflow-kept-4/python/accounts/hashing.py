import hashlib


def digest(name, *chunks):
    state = hashlib.new(name)
    for chunk in chunks:
        state.update(chunk)
    return state.digest()


def stretch(name, secret, salt, rounds=600_000):
    return hashlib.pbkdf2_hmac(name, secret, salt, rounds)
