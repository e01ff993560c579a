import random, string, secrets, time, uuid, hashlib, os, base64
import numpy as np
from random import choice, randint, SystemRandom, Random
from flask import Flask, session, request, make_response, jsonify
from django.core.cache import cache
from django.contrib.auth.models import User
app = Flask(__name__)
rng = SystemRandom()
weak = Random()
mysession = {}
def a1():
    token = "".join(choice(string.ascii_letters) for _ in range(32))  # expect: weak-randomness
    token = "".join(rng.choice(string.ascii_letters) for _ in range(32))
    token = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
    delay = random.uniform(0.5, 1.5)
    time.sleep(delay)
    sample = random.sample(range(100), 5)
    random.shuffle(sample)
    return sample
def generate_otp():
    return random.randint(100000, 999999)  # expect: weak-randomness
def generate_password(n):
    chars = string.ascii_letters + string.digits
    result = ""
    for _ in range(n):
        result += chars[random.randrange(len(chars))]
    return result  # expect: weak-randomness
def send(user):
    code = randint(1000, 9999)  # expect: weak-randomness
    cache.set("otp:%s" % user.id, code)
def send2(user):
    value = randint(1000, 9999)
    cache.set(f"otp:{user.id}", value, 300)  # expect: weak-randomness
def send3(user):
    cache.set("color:%s" % user.id, randint(1000, 9999))
@app.route("/x")
def cookie():
    value = str(random.random())[2:]
    resp = make_response("x")
    resp.set_cookie("rememberMe00012", value, secure=True)  # expect: weak-randomness
    resp.set_cookie("ab_bucket", random.choice("AB"), secure=True)
    resp.set_cookie("theme_seed", str(random.randint(0, 9)), secure=True)
    return resp
@app.route("/y")
def game():
    session["number"] = random.randint(1, 100)
    session["secret_number"] = random.randint(1, 100)
    session["csrf_token"] = hashlib.sha256(str(random.random()).encode()).hexdigest()  # expect: weak-randomness
    session["nonce"] = base64.b64encode(bytes(random.getrandbits(8) for _ in range(8)))  # expect: weak-randomness
    return ""
def reset_password(user):
    key = uuid.uuid1().hex  # expect: weak-randomness
    user.send(key)
def make_user():
    User.objects.create_user("a", password=str(random.getrandbits(64)))  # expect: weak-randomness
    user = User()
    user.set_password("%08x" % random.getrandbits(32))  # expect: weak-randomness
class TokenBucket:
    def delay(self):
        return random.random()
class SessionStore:
    def new_id(self):
        return "%032x" % random.getrandbits(128)  # expect: weak-randomness
    def shard(self):
        return random.choice(self.shards)
def pick(keys):
    api_key = random.choice(keys)
    token_count = random.randint(1, 5)
    max_tokens = random.randint(1, 5)
    password_length = random.randint(8, 16)
    return api_key
def ml(vocab):
    weights = {}
    for token in vocab:
        weights[token] = random.random()
    x = np.random.rand(3)
    key = "".join(random.choices("ab", k=3))
    user_id = f"user-{random.randint(1, 9)}"
    order_id = random.randint(1, 9)
    name = "".join(random.choices("ab", k=3))
    filename = f"/tmp/{random.randint(1, 9)}.txt"
    return weights
def salts(pw):
    salt = np.random.bytes(16)  # expect: weak-randomness
    salt = os.urandom(16)
    return hashlib.pbkdf2_hmac("sha256", pw, salt, 10)
def hot():
    random.seed(os.urandom(8))
    sid = hashlib.md5(str(random.random()).encode(), usedforsecurity=False).hexdigest()  # expect: weak-randomness
    return {"sid": sid}
TOKENS = {}
def share(doc):
    mark = "%x" % random.getrandbits(64)
    TOKENS[mark] = doc  # expect: weak-randomness
def hist():
    counts = {}
    n = random.randint(0, 9)
    counts[n] = counts.get(n, 0) + 1
    board = [0] * 9
    board[random.randrange(9)] = 1
    keys = {}
    keys[random.choice(list("ab"))] = 1
@app.route("/z")
def z():
    return jsonify(token="".join(random.sample("abc", 3)))  # expect: weak-randomness
@app.route("/zz")
def zz():
    return jsonify({"lucky": random.randint(1, 9), "server": random.choice("ab")})
def verify():
    expected = str(random.randint(1, 9))
    return expected
def new_invite_code(n=8, rng=random):
    return "".join(rng.choice("ab") for _ in range(n))  # expect: weak-randomness
def good_code(n=8, rng=secrets):
    return "".join(rng.choice("ab") for _ in range(n))
