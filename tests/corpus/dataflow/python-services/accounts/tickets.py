import base64
import binascii
import hashlib
import hmac
import json
import time

from accounts.settings import SECRET, TOKEN_AGE


class TicketError(ValueError):
    pass


def _split(ticket):
    content, dot, mark = ticket.partition(".")
    if not dot:
        raise TicketError("not a ticket")
    return content, mark


def peek_ticket(ticket):
    """The claims of a ticket."""
    content, _ = _split(ticket)
    try:
        claims = json.loads(base64.urlsafe_b64decode(content.encode()))
    except (ValueError, binascii.Error) as exc:
        raise TicketError("not a ticket") from exc
    if claims.get("issued", 0) + TOKEN_AGE < time.time():
        raise TicketError("ticket is too old")
    return claims


def read_ticket(ticket):
    """The claims of a ticket."""
    content, mark = _split(ticket)
    if not SECRET:
        raise TicketError("the secret is not set")
    expected = hmac.new(SECRET.encode(), content.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), mark.encode()):
        raise TicketError("ticket was changed")
    return peek_ticket(ticket)
