import os

import flask
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes


def broken():
    hashes.Hash(hashes.SHA256())
    return hashes.Hash(hashes.MD5())  # expect: weak-hash


def aged():
    return hashes.Hash(hashes.SHA1())  # expect: weak-hash


def decrypted(key):
    os.system(Fernet(key).decrypt(flask.request.get_data()))
