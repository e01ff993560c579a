import dill
import itsdangerous
import pickle
from flask import Flask, request, current_app

app = Flask(__name__)


@app.get("/state")
def state():
    cookie = request.cookies.get("state", "")
    signer = itsdangerous.Signer(app.secret_key)
    payload = signer.unsign(cookie)
    value = pickle.loads(bytes.fromhex(payload.decode()))
    return {"n": len(value)}
