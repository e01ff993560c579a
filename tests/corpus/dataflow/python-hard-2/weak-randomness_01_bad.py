import random
import sqlite3
import string
import time
from dataclasses import dataclass

from flask import Flask, jsonify, request

from outgoing import send_plain

app = Flask(__name__)


@dataclass
class ResetTicket:
    email: str
    token: str
    expires: float


class TokenSource:
    alphabet = string.ascii_letters + string.digits

    def __init__(self, generator, length=40):
        self.generator = generator
        self.length = length

    def next(self):
        return "".join(self.generator.choice(self.alphabet) for _ in range(self.length))


class TicketStore:
    def __init__(self, path):
        self.path = path

    def save(self, ticket):
        conn = sqlite3.connect(self.path)
        try:
            with conn:
                conn.execute("REPLACE INTO resets VALUES (?, ?, ?)", (ticket.email, ticket.token, ticket.expires))
        finally:
            conn.close()


class ResetService:
    def __init__(self, store, tokens):
        self.store = store
        self.tokens = tokens

    def start(self, email):
        ticket = ResetTicket(email, self.tokens.next(), time.time() + 1800)
        self.store.save(ticket)
        send_plain(ticket.email, "Password reset", f"Your reset code: {ticket.token}")


service = ResetService(TicketStore("resets.db"), TokenSource(random.Random()))


@app.post("/password-resets")
def start_reset():
    service.start(request.get_json()["email"])
    return jsonify(started=True), 202
