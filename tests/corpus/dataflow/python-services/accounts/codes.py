import random
import secrets
import string

ALPHABET = string.ascii_uppercase + string.digits

pick = random.choice
draw = secrets.choice


def key_numbers():
    return random.Random()


def system_numbers():
    return random.SystemRandom()
