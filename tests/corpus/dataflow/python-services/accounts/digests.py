STORED_DIGESTS = {
    "legacy": "md5",
    "current": "sha256",
}
PASSWORD_ROUNDS = 600_000


def digest_name(series):
    try:
        return STORED_DIGESTS[series]
    except KeyError:
        raise ValueError("no such series") from None
