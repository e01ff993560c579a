import os

import bcrypt
import flask
from passlib.context import CryptContext
from passlib.hash import hex_md5, pbkdf2_sha256


def broken(word):
    pbkdf2_sha256.hash(word)
    return hex_md5.hash(word)  # expect: weak-hash


def configured():
    CryptContext(schemes=["argon2", "hex_md5"])
    return CryptContext(schemes=["hex_md5"])  # expect: weak-hash


def by_default():
    CryptContext(schemes=["ldap_salted_md5", "argon2"], default="argon2")
    return CryptContext(schemes=["argon2", "ldap_salted_md5"], default="ldap_salted_md5")  # expect: weak-hash


def hashed():
    os.system(b"echo " + bcrypt.hashpw(flask.request.get_data(), bcrypt.gensalt()))
