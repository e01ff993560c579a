import string

ALPHABET = string.ascii_letters + string.digits


def make_token(source, length=40):
    return "".join(source.choice(ALPHABET) for _ in range(length))


def grouped(token, size=5):
    return "-".join(token[i:i + size] for i in range(0, len(token), size))
