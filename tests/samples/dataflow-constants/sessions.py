from flask import Flask, session, request
from django.http import JsonResponse
from django import forms
from wtforms import StringField
from flask_wtf import FlaskForm
from uuid import UUID
app = Flask(__name__)
ROLES = {"reader", "writer"}
def clean(x):
    return x.strip().lower()
@app.post("/1")
def t1():
    session["role"] = request.form["role"]  # expect: trust-boundary
    session[request.form["key"]] = 1  # expect: trust-boundary
    session["n"] = int(request.form["n"])
    session["b"] = request.form.get("b") == "on"
    session["c"] = bool(request.form.get("c"))
    session["len"] = len(request.form["x"])
    session["id"] = str(UUID(request.form["id"]))
    role = request.form["role"]
    if role not in ROLES:
        return "no", 400
    session["role"] = role
    return ""
@app.post("/2")
def t2():
    user = authenticate(request.form["u"], request.form["p"])
    session["user"] = user.id
    session["name"] = request.form["u"]  # expect: trust-boundary
    session.update(lang=request.args["lang"])  # expect: trust-boundary
    session.setdefault("x", request.args["x"])  # expect: trust-boundary
    session["theme"] = {"d": "dark", "l": "light"}.get(request.args["t"], "light")
    session["y"] = clean(request.args["y"])  # expect: trust-boundary
    session["z"] = hash(request.args["z"])
    row = db.execute("select id from users where name = ?", (request.form["u"],)).fetchone()
    session["uid"] = row["id"]
    return ""
@app.post("/3")
def t3():
    lang = request.args.get("lang", "en")
    session["lang"] = lang if lang in ("en", "fr") else "en"
    code = request.args["code"]
    if not code.isdigit():
        return "bad"
    session["code"] = code
    return ""
def d1(request):
    request.session["a"] = request.POST["a"]  # expect: trust-boundary
    request.session["b"] = request.GET.get("b", "")  # expect: trust-boundary
    request.session["user"] = request.user.id
    request.session["path"] = request.path
    try:
        n = int(request.GET["n"])
    except ValueError:
        n = 0
    request.session["n"] = n
    for k in ("x", "y"):
        request.session[k] = request.POST.get(k)  # expect: trust-boundary
    return JsonResponse({})
@app.post("/4")
def t4():
    data = request.get_json()
    session["profile"] = data  # expect: trust-boundary
    session["age"] = data["age"]  # expect: trust-boundary
    session["flag"] = "admin" if data["x"] else "user"
    session["ok"] = validate(data["y"])
    return ""
