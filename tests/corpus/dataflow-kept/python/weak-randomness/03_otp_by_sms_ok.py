"""One-time codes by SMS, sent by a worker."""
import random
import secrets
import time

import httpx
from celery import Celery

app = Celery("codes", broker="redis://queue.example.org/0")


def backoff(attempt):
    return min(60, 2**attempt) + random.uniform(0, 1)


def six_digits():
    return "".join(str(secrets.randbelow(10)) for _ in range(6))


@app.task(bind=True, max_retries=5)
def send_code(self, phone_id):
    code = six_digits()
    store = self.app.conf["code_store"]
    store.put(phone_id, code, expires=time.time() + 300)
    try:
        answer = httpx.post(
            "https://sms.example.com/messages",
            json={"to": store.number_of(phone_id), "text": f"Your code: {code}"},
            timeout=10,
        )
        answer.raise_for_status()
    except httpx.HTTPError as exc:
        raise self.retry(exc=exc, countdown=backoff(self.request.retries))
