import json
from dataclasses import dataclass, field


@dataclass
class Job:
    ident: int
    kind: str
    args: dict = field(default_factory=dict)
    attempts: int = 0

    def arg(self, name, default=None):
        return self.args.get(name, default)


def parse(body):
    data = json.loads(body)
    return Job(
        ident=int(data["id"]),
        kind=str(data.get("kind", "none")),
        args=dict(data.get("args") or {}),
        attempts=int(data.get("attempts", 0)),
    )
