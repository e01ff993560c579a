import json
import logging
import os
import secrets
from abc import ABC, abstractmethod

log = logging.getLogger(__name__)


class PasswordFile(ABC):
    salt_size = 16

    def __init__(self, path):
        self._path = path

    def load(self):
        if not os.path.exists(self._path):
            return {}
        with open(self._path, encoding="utf-8") as stream:
            return json.load(stream)

    def set(self, name, password):
        entries = self.load()
        salt = secrets.token_bytes(self.salt_size)
        entries[name] = [salt.hex(), self.digest(password, salt).hex()]
        with open(self._path, "w", encoding="utf-8") as stream:
            json.dump(entries, stream)
        log.info("%d entries", len(entries))

    @abstractmethod
    def digest(self, password: str, salt: bytes) -> bytes:
        ...
