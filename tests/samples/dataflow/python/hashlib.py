import hashlib
import random
import hmac
import md5
import os
import pickle

import flask


def broken(data):
    hashlib.sha256(data)
    hashlib.md5(data, usedforsecurity=False)
    return hashlib.md5(data).hexdigest()  # expect: weak-hash


def old(data):
    return md5.new(data).hexdigest()  # expect: weak-hash


def named(data):
    hashlib.new("sha256", data)
    return hashlib.new("SHA1", data).hexdigest()  # expect: weak-hash


def authenticated(key, data):
    return hmac.new(key, data, "md5").hexdigest()  # expect: weak-hash


def authenticated_by_function(key, data):
    hmac.new(key, data, hashlib.sha256)
    return hmac.new(key, data, hashlib.md5).hexdigest()  # expect: weak-hash


def authenticated_by_old_function(key, data):
    return hmac.new(key, data, hashlib.sha1).hexdigest()  # expect: weak-hash


def derived(data):
    return hashlib.pbkdf2_hmac("sha1", data, b"grains", 600000)  # expect: weak-hash


def file(handle):
    return hashlib.file_digest(handle, "md5").hexdigest()  # expect: weak-hash


def signed(key):
    data = flask.request.get_data()
    if hmac.compare_digest(hmac.new(key, data, "sha256").digest(), flask.request.args["code"]):
        return len(pickle.loads(data))
    return 0


def digest():
    os.system("touch " + hashlib.sha256(flask.request.get_data()).hexdigest())


def digest_in_steps(name):
    found = hashlib.new(name)
    found.update(flask.request.get_data())
    os.system("touch " + found.hexdigest())


def signed_in_steps(key):
    data = flask.request.get_data()
    code = hmac.new(key, digestmod="sha256")
    code.update(data)
    if not hmac.compare_digest("sha256=" + code.hexdigest(), flask.request.headers["Signature"]):
        raise ValueError
    return len(pickle.loads(data))


def guessed_key(message):
    return hmac.new(random.randbytes(16), message, "sha256")  # expect: weak-randomness


def foretold(text):
    return hashlib.pbkdf2_hmac("sha256", text, random.randbytes(16), 1000)  # expect: weak-randomness
