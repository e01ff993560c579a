import configparser
import hashlib
import os
import time

import boto3

DEFAULTS = """
[token]
algorithm = sha1
lifetime = 3600

[mail]
sender = no-reply@orchard.example
"""


def load_settings():
    settings = configparser.ConfigParser()
    settings.read_string(DEFAULTS)
    return settings


SETTINGS = load_settings()
KEY = os.environ["TOKEN_KEY"].encode()


def reset_token(user, expires):
    state = hashlib.new(SETTINGS.get("token", "algorithm"))
    for part in (KEY, user.encode(), str(expires).encode(), KEY):
        state.update(len(part).to_bytes(4, "big"))
        state.update(part)
    return state.hexdigest()


def handler(event, context):
    user = event["user"]
    expires = int(time.time()) + SETTINGS.getint("token", "lifetime")
    boto3.client("ses").send_email(
        Source=SETTINGS["mail"]["sender"],
        Destination={"ToAddresses": [event["mail"]]},
        Message={
            "Subject": {"Data": "Reset your password"},
            "Body": {"Text": {"Data": f"Code {expires}-{reset_token(user, expires)}"}},
        },
    )
    return {"sent": True}
