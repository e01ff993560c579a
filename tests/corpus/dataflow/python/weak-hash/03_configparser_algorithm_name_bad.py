import configparser
import hashlib
import hmac

SETTINGS = """
[tokens]
import_digest = md5
export_digest = sha512
issuer = desk.example.com
"""


def read_settings():
    parser = configparser.ConfigParser()
    parser.read_string(SETTINGS)
    return parser["tokens"]


def fingerprint(token: str) -> str:
    section = read_settings()
    name = section["import_digest"]
    engine = hashlib.new(name)
    engine.update(section["issuer"].encode())
    engine.update(token.encode())
    return engine.hexdigest()


def matches(token: str, stored: str) -> bool:
    return hmac.compare_digest(fingerprint(token), stored)
