from dataclasses import dataclass

SESSION_ATTRIBUTES = {"path": "/", "httponly": True, "samesite": "Lax", "secure": True}
DEVICE_ATTRIBUTES = {"path": "/", "httponly": True, "samesite": "Lax", "max-age": 2592000}


def cookie_options(**changes):
    return {"httponly": True, "samesite": "Lax", "path": "/", **changes}


def strict_cookie_options(**changes):
    return {**cookie_options(**changes), "samesite": "Strict", "secure": True}


@dataclass(frozen=True)
class CookiePolicy:
    name: str
    max_age: int = 3600
    httponly: bool = True
    samesite: str = "Lax"
    secure: bool = False


@dataclass(frozen=True)
class SecureCookiePolicy(CookiePolicy):
    secure: bool = True
