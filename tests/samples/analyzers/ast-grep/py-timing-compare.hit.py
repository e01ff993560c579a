def check(body, signature):
    return signature == hmac.new(KEY, body, "sha256").hexdigest()
