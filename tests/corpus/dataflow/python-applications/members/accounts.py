from dataclasses import dataclass, field


@dataclass
class Account:
    id: int
    email: str
    role: str = "reader"
    teams: set[str] = field(default_factory=set)


class AccountRepository:
    def __init__(self):
        self._by_email = {}

    def add(self, account):
        self._by_email[account.email] = account

    def by_email(self, email):
        return self._by_email.get(email)


accounts = AccountRepository()
