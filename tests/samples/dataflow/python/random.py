import random
import secrets
import uuid

import numpy
from faker import Faker


def number():
    reset_token = str(random.randint(0, 999999))  # expect: weak-randomness
    jitter = random.random()
    return reset_token, jitter


def generator():
    strong = random.SystemRandom()
    weak = random.Random(7)
    session_id = strong.getrandbits(128)
    other = {"session_id": weak.getrandbits(128)}  # expect: weak-randomness
    return session_id, other


def shuffled():
    letters = list("abcdefgh")
    random.shuffle(letters)
    password = "".join(letters)  # expect: weak-randomness
    return password


def chosen():
    api_key = random.choice(["one", "two"])
    password = "".join(random.choice("abc") for _ in range(8))  # expect: weak-randomness
    return api_key, password


def array():
    salt = numpy.random.bytes(16)  # expect: weak-randomness
    return salt


def made_up():
    fake = Faker()
    login = fake.unique.user_name()
    password = fake.password(length=20)  # expect: weak-randomness
    return login, password


def clock():
    api_key = str(uuid.uuid1())  # expect: weak-randomness
    access_key = str(uuid.uuid4())
    secret_key = secrets.token_hex(16)
    return api_key, access_key, secret_key
