import argparse
import logging
import random
import string
import sys

import requests

from ops.retry import retried

log = logging.getLogger("provision")

API = "https://accounts.shop.example/internal/users"


class InitialPassword:
    groups = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.+")

    def __init__(self, length=20):
        self.length = length
        self.numbers = random

    def make(self):
        chars = [self.numbers.choice(group) for group in self.groups]
        everything = "".join(self.groups)
        while len(chars) < self.length:
            chars.append(self.numbers.choice(everything))
        self.numbers.shuffle(chars)
        return "".join(chars)


@retried(times=3)
def create_user(name, password, token):
    response = requests.post(
        API,
        json={"name": name, "password": password, "expired": True},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    response.raise_for_status()


def main(argv=None):
    parser = argparse.ArgumentParser(description="Create a user.")
    parser.add_argument("name")
    parser.add_argument("--token-file", type=argparse.FileType(), required=True)
    parser.add_argument("--length", type=int, default=20, choices=range(16, 41))
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO)
    password = InitialPassword(options.length).make()
    try:
        create_user(options.name, password, options.token_file.read().strip())
    except requests.RequestException:
        log.error("the user was not created")
        return 1
    print(password)
    return 0


if __name__ == "__main__":
    sys.exit(main())
