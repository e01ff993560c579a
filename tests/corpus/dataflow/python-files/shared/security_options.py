from dataclasses import dataclass


@dataclass
class CookieOptions:
    secure: bool = True
    httponly: bool = True
    samesite: str = "Lax"
    max_age: int = 3600


class HashPolicy:
    legacy = "md5"
    preferred = "sha256"

    def __init__(self, generation):
        self.generation = generation

    @property
    def algorithm(self):
        if self.generation >= 2:
            return self.preferred
        return self.legacy


def parser_options(profile):
    table = {
        "open": {"resolve_entities": True, "load_dtd": True, "no_network": False},
        "closed": {"resolve_entities": False, "load_dtd": False, "no_network": True},
    }
    return dict(table[profile])
