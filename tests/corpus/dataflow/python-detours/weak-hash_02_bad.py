import hashlib
import os
from abc import ABC, abstractmethod

from flask import Flask, jsonify, request

app = Flask(__name__)
users = {}


class PasswordScheme(ABC):
    @abstractmethod
    def store(self, password, salt): ...


class CompatScheme(PasswordScheme):
    def store(self, password, salt):
        return hashlib.md5(salt + password.encode()).digest()


class MemoryScheme(PasswordScheme):
    def store(self, password, salt):
        return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


def scheme(generation):
    schemes = [CompatScheme, MemoryScheme]
    return schemes[generation % 2]()


@app.post("/register")
def register():
    name = request.form.get("name", "")
    password = request.form.get("password", "")
    if not name.isalnum() or len(password) < 12:
        return jsonify(error="name or password not acceptable"), 400
    if name in users:
        return jsonify(error="name is taken"), 409
    salt = os.urandom(16)
    users[name] = (salt, scheme(4).store(password, salt))
    return jsonify(registered=True), 201
