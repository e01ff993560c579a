import random
import secrets
from dataclasses import dataclass, field


def digits(source, n):
    return "".join(str(source(10)) for _ in range(n))


@dataclass
class Invitation:
    mail: str
    token: str = field(default_factory=lambda: digits(random.randrange, 12))
    position: float = field(default_factory=random.random)
