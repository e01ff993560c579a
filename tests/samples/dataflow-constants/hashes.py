import hashlib, hmac, configparser, zlib
from hashlib import md5, new as new_hash, sha1 as legacy
import hashlib as h
from functools import partial
from Crypto.Hash import MD5, SHA256
from cryptography.hazmat.primitives import hashes
from django.contrib.auth.hashers import make_password
from werkzeug.security import generate_password_hash
from enum import Enum
ALGO = "md5"
GOOD = "sha256"
TABLE = {"fast": "md5", "slow": "sha512"}
FUNCS = {"fast": hashlib.md5, "slow": hashlib.sha256}
class Cfg:
    algorithm = "sha1"
    strong = "sha256"
class Alg(Enum):
    WEAK = "md5"
    STRONG = "sha256"
def a(x):
    hashlib.md5(x)  # expect: weak-hash
    md5(x).hexdigest()  # expect: weak-hash
    legacy(x)  # expect: weak-hash
    h.sha1(x)  # expect: weak-hash
    hashlib.new("MD5", x)  # expect: weak-hash
    hashlib.new(ALGO, x)  # expect: weak-hash
    hashlib.new(GOOD, x)
    hashlib.new(name=ALGO, data=x)  # expect: weak-hash
    new_hash("sha1")  # expect: weak-hash
    hashlib.md5(x, usedforsecurity=False)
    hashlib.new("md5", x, usedforsecurity=False)
    hashlib.new(TABLE["fast"], x)  # expect: weak-hash
    hashlib.new(TABLE["slow"], x)
    FUNCS["fast"](x)  # expect: weak-hash
    FUNCS["slow"](x)
    hashlib.new(Cfg.algorithm)  # expect: weak-hash
    hashlib.new(Cfg().strong)
    hashlib.new(Alg.WEAK.value)  # expect: weak-hash
    hashlib.new(Alg.STRONG.value)
    getattr(hashlib, "md5")(x)  # expect: weak-hash
    getattr(hashlib, "sha512")(x)
    getattr(hashlib, ALGO)(x)  # expect: weak-hash
    f = hashlib.md5
    f(x)  # expect: weak-hash
    MD5.new(x)  # expect: weak-hash
    SHA256.new(x)
    hashes.Hash(hashes.MD5())  # expect: weak-hash
    hashes.Hash(hashes.SHA256())
    hmac.new(b"k", x, "md5")  # expect: weak-hash
    hmac.new(b"k", x, hashlib.md5)  # expect: weak-hash
    hmac.new(b"k", x, hashlib.sha256)
    hmac.new(b"k", x, digestmod="sha256")
    zlib.crc32(x)
def b(x, algo="md5"):
    return hashlib.new(algo, x)  # expect: weak-hash
def c(x, algo="sha256"):
    return hashlib.new(algo, x)
def d(x, algo="md5"):
    return hashlib.new(algo, x)
def e(x):
    return d(x, "sha512")
def g(x):
    p = partial(hashlib.new, "md5")  # expect: weak-hash
    return p(x)
def i(x):
    parser = configparser.ConfigParser()
    parser.read_dict({"h": {"name": "md5", "other": "sha256"}})
    hashlib.new(parser["h"]["name"])  # expect: weak-hash
    hashlib.new(parser["h"]["other"])
def j(x):
    parser = configparser.ConfigParser()
    parser["h"] = {"name": "md5"}
    parser.set("h", "b", "sha256")
    hashlib.new(parser.get("h", "name"))  # expect: weak-hash
    hashlib.new(parser.get("h", "b"))
def k(x):
    parser = configparser.ConfigParser()
    parser.read_string("[h]\nname = md5\nother = sha256\n")
    hashlib.new(parser.get("h", "name"))  # expect: weak-hash
    hashlib.new(parser.get("h", "other"))
def l(password):
    make_password(password, hasher="md5")  # expect: weak-hash
    generate_password_hash(password, method="pbkdf2:sha256")
    name = "sha" + str(1)
    hashlib.new(name)  # expect: weak-hash
    name = "-".join(["sha3", "256"])
    hashlib.new(name)
    hashlib.new("ripemd160")  # expect: weak-hash
    hashlib.new("md4")  # expect: weak-hash
    hashlib.pbkdf2_hmac("sha1", password, b"s", 1)  # expect: weak-hash
    hashlib.sha1(x, usedforsecurity=True)  # expect: weak-hash
def m(x, strong=False):
    if strong:
        n = "sha256"
    else:
        n = "md5"
    hashlib.new(n)  # expect: weak-hash
def o(x):
    n = "md5"
    if len("a") > 3:
        n = "md5"
    else:
        n = "sha256"
    hashlib.new(n)
class Base:
    def digest(self):
        return hashlib.new(self.algo())  # expect: weak-hash
    def algo(self):
        return "sha256"
class Child(Base):
    def algo(self):
        return "md5"
class Good(Base):
    def __init__(self, algo=hashlib.sha256):
        self.h = algo
    def run(self, x):
        return self.h(x)  # expect: weak-hash
def use():
    Child().digest()
    Good().run(b"")
    Good(hashlib.md5).run(b"")
