from dataclasses import asdict, dataclass


@dataclass
class CookiePolicy:
    path: str = "/"
    max_age: int = 3600
    secure: bool = True
    httponly: bool = True
    samesite: str = "lax"

    def options(self, *leave_out):
        return {k: v for k, v in asdict(self).items() if k not in leave_out}


def internal():
    return CookiePolicy(secure=False)


def public():
    return CookiePolicy()
