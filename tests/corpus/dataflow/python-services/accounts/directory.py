import hashlib
import hmac
import logging
import os
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Account:
    id: int
    name: str
    role: str
    tenants: tuple = ()


class AccountDirectory:
    def __init__(self):
        self._accounts = {}

    def add(self, account, password):
        salt = os.urandom(16)
        self._accounts[account.name] = (account, salt, self._derive(password, salt))

    @staticmethod
    def _derive(password, salt):
        return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)

    def authenticate(self, name, password):
        entry = self._accounts.get(name)
        if entry is None:
            return None
        account, salt, digest = entry
        if hmac.compare_digest(digest, self._derive(password, salt)):
            return account
        log.info("a login failed")
        return None
