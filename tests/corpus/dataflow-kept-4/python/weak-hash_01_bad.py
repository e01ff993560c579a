import os

from django.contrib.auth.hashers import BasePasswordHasher
from django.utils.crypto import constant_time_compare

from accounts.hashing import digest


class SaltedHasher(BasePasswordHasher):
    algorithm = "salted"

    def salt(self):
        return os.urandom(16).hex()

    def encode(self, password, salt):
        value = digest("sha1", salt.encode(), password.encode())
        return "%s$%s$%s" % (self.algorithm, salt, value.hex())

    def decode(self, encoded):
        algorithm, salt, value = encoded.split("$", 2)
        return {"algorithm": algorithm, "salt": salt, "hash": value}

    def verify(self, password, encoded):
        again = self.encode(password, self.decode(encoded)["salt"])
        return constant_time_compare(encoded, again)

    def must_update(self, encoded):
        return False

    def safe_summary(self, encoded):
        return {"algorithm": self.algorithm}

    def harden_runtime(self, password, encoded):
        pass
