import random
import secrets
import time


class ApiKeyIssuer:
    """Creates the key of a new tenant and files it with the registry."""

    def __init__(self, registry, attempts=5):
        self.registry = registry
        self.attempts = attempts

    def new_key(self):
        number = random.getrandbits(256)
        return f"{number:064x}"

    def issue(self, tenant):
        key = self.new_key()
        for attempt in range(self.attempts):
            try:
                self.registry.store(tenant, key)
                return key
            except ConnectionError:
                time.sleep(2**attempt + random.random())
        raise RuntimeError("registry unreachable")
