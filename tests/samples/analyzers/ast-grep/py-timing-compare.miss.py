def check(body, signature):
    same_file = before == hashlib.sha256(body).hexdigest()
    return same_file and hmac.compare_digest(signature, hmac.new(KEY, body, "sha256").hexdigest())
