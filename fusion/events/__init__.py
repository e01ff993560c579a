"""GitHub's webhooks, sans-I/O: the headers and body of a delivery -> a message for the queue, or why it is ignored.

signature   who sent it: HMAC-SHA-256 over the body, mandatory
parse       `receive`: verify, decode, look up the table, read, wrap into a `Message`
table       (event, action) -> a reader, or the reason to ignore it
readers     the fields that decide something, and no others
commands    the grammar of commands in comments, and the help made from it
permissions what the App asks for, and why
"""

from fusion.events.commands import HELP, Command, Unknown, Verb, find
from fusion.events.errors import Malformed, TooLarge, Unsigned
from fusion.events.parse import message, receive
from fusion.events.signature import sign, verify
from fusion.events.table import EVENTS
from fusion.intake import LIMIT

__all__ = [
    "EVENTS",
    "HELP",
    "LIMIT",
    "Command",
    "Malformed",
    "TooLarge",
    "Unknown",
    "Unsigned",
    "Verb",
    "find",
    "message",
    "receive",
    "sign",
    "verify",
]
