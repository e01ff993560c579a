from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)


@dataclass(frozen=True)
class Endpoint:
    host: str
    path: str

    @classmethod
    def parse(cls, address):
        parts = urlsplit(address)
        return cls((parts.hostname or "").lower(), parts.path or "/")

    @property
    def url(self):
        return f"https://{self.host}{self.path}"


class PartnerPolicy:
    hosts = ("hooks.partner.example", "hooks.supplier.example")

    def permits(self, endpoint):
        return any(endpoint.host == known for known in self.hosts)


class WebhookClient:
    def __init__(self, policy):
        self.policy = policy
        self.session = requests.Session()

    def ping(self, endpoint):
        if not self.policy.permits(endpoint):
            raise PermissionError(endpoint.host)
        answer = self.session.post(
            endpoint.url, json={"event": "ping"}, timeout=5, allow_redirects=False
        )
        return answer.status_code


class WebhookService:
    def __init__(self, client):
        self.client = client

    def verify(self, address):
        return self.client.ping(Endpoint.parse(address)) == 200


service = WebhookService(WebhookClient(PartnerPolicy()))


@app.post("/webhooks/verify")
def verify():
    try:
        verified = service.verify(str(request.get_json().get("address", "")))
    except (PermissionError, ValueError):
        return jsonify(error="address not accepted"), 422
    except requests.RequestException:
        return jsonify(verified=False)
    return jsonify(verified=verified)
