stored = hashlib.sha256(password.encode()).hexdigest()
