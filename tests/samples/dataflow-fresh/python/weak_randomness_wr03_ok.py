import random
from flask import Blueprint, session

csrf = Blueprint("csrf", __name__)
generator = random.SystemRandom()


@csrf.before_app_request
def token():
    if "csrf_token" not in session:
        session["csrf_token"] = "%032x" % generator.randrange(16 ** 32)
