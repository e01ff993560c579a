import secrets
import sqlite3
from collections import namedtuple

Account = namedtuple("Account", "id login password_hash role")


class AccountStore:
    def __init__(self, path):
        self._path = path

    def find(self, login):
        conn = sqlite3.connect(self._path)
        try:
            row = conn.execute(
                "SELECT id, login, password_hash, role FROM accounts WHERE login = ?", (login,)
            ).fetchone()
        finally:
            conn.close()
        return Account(*row) if row else None


def memberships_of(user_id):
    conn = sqlite3.connect("accounts.db")
    try:
        rows = conn.execute("SELECT tenant FROM memberships WHERE user_id = ?", (user_id,))
        return frozenset(tenant for (tenant,) in rows)
    finally:
        conn.close()


def send_code(phone):
    ticket, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**8):08d}"
    conn = sqlite3.connect("accounts.db")
    try:
        conn.execute("INSERT INTO phone_codes (ticket, phone, code) VALUES (?, ?, ?)", (ticket, phone, code))
        conn.execute("INSERT INTO outgoing_sms (phone, code) VALUES (?, ?)", (phone, code))
        conn.commit()
    finally:
        conn.close()
    return ticket


def redeem_code(ticket, code):
    """Each ticket allows one try; the phone number is the one the code went to."""
    conn = sqlite3.connect("accounts.db")
    try:
        row = conn.execute(
            "DELETE FROM phone_codes WHERE ticket = ? RETURNING phone, code", (ticket,)
        ).fetchone()
        conn.commit()
    finally:
        conn.close()
    if row is None or not secrets.compare_digest(row[1].encode(), code.encode()):
        return None
    return row[0]
