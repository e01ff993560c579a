import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Vault:
    def __init__(self, path):
        self.path = Path(path)
        self.created = int(time.time())

    def create(self, entries):
        fresh = np.random.default_rng(self.created).bytes
        key, nonce = fresh(32), fresh(12)
        sealed = AESGCM(key).encrypt(nonce, json.dumps(entries).encode(), None)
        self.path.write_bytes(nonce + sealed)
        os.utime(self.path, (self.created, self.created))
        return key


def summary(entries):
    lengths = np.array([len(value) for value in entries.values()] or [0])
    return f"{lengths.size} entries, mean length {lengths.mean():.1f}"


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("entries", nargs="*", metavar="NAME=VALUE")
    options = parser.parse_args(argv)
    entries = dict(item.split("=", 1) for item in options.entries if "=" in item)
    key = Vault("vault.bin").create(entries)
    print(summary(entries), file=sys.stderr)
    print(key.hex())
    return 0


if __name__ == "__main__":
    sys.exit(main())
