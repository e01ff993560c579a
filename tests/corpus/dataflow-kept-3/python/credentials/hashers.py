import hmac
import os


class PasswordHasher:
    name = "abstract"
    salt_size = 16

    def digest(self, password, salt):
        raise NotImplementedError

    def encode(self, password):
        salt = os.urandom(self.salt_size)
        return f"{self.name}${salt.hex()}${self.digest(password.encode(), salt).hex()}"

    def verify(self, password, encoded):
        _, salt, expected = encoded.split("$")
        actual = self.digest(password.encode(), bytes.fromhex(salt)).hex()
        return hmac.compare_digest(actual, expected)
