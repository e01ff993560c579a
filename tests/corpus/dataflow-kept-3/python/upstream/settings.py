from dataclasses import dataclass


@dataclass(frozen=True)
class Upstream:
    base: str = "https://stock.internal.example/api/"
    timeout: float = 4.0


@dataclass(frozen=True)
class WebhookPolicy:
    hosts: tuple = ("hooks.example.net", "hooks.example.org")
    refused: tuple = ("localhost", "127.0.0.1", "::1")
