import argparse
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


def main(registry, arguments=None):
    parser = argparse.ArgumentParser(description="Issues the keys of new tenants.")
    parser.add_argument("tenants", nargs="+")
    parser.add_argument("--attempts", type=int, default=5)
    options = parser.parse_args(arguments)
    issuer = ApiKeyIssuer(registry, attempts=options.attempts)
    for tenant in options.tenants:
        print(tenant, issuer.issue(tenant))
