import os
import random
import time

from celery import Celery

app = Celery("sessions", broker=os.environ.get("BROKER_URL", "memory://"))


class SessionIds:
    def __init__(self, size=24):
        self.size = size
        self.source = random.Random()
        self.source = random.SystemRandom()

    def __iter__(self):
        return self

    def __next__(self):
        return bytes(self.source.randrange(256) for _ in range(self.size)).hex()


IDS = SessionIds()


@app.task
def open_session(user):
    session_id = next(IDS)
    app.backend.set(f"session:{session_id}", user)
    return session_id
