stored = hashlib.sha256(contents).hexdigest()
