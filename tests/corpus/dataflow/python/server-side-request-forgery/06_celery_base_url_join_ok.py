import re
from urllib.parse import urljoin

import requests
from celery import Celery

app = Celery("sync")
BASE = "https://api.example.com/v1/"
RESOURCE = re.compile(r"[a-z]+/[0-9]+")


class Client:
    def __init__(self, base=BASE):
        self.base = base
        self.http = requests.Session()

    def fetch(self, resource):
        if not RESOURCE.fullmatch(resource):
            raise ValueError("no such resource")
        url = urljoin(self.base, resource)
        return self.http.get(url, timeout=10).json()


@app.task(autoretry_for=(requests.ConnectionError,), max_retries=3)
def pull(message):
    record = Client().fetch(message["resource"])
    return {"version": record.get("version")}
