"""Sign-in of the course platform."""
from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.security import check_password_hash

from .models import Account

login = Blueprint("login", __name__)


def start_session(account, role):
    session.clear()
    session["account_id"] = account.id
    session["role"] = role
    session.permanent = True


@login.get("/login")
def form():
    return render_template("login.html", roles=["student", "teacher"])


@login.post("/login")
def submit():
    account = Account.query.filter_by(email=request.form["email"]).first()
    if account is None or not check_password_hash(account.password, request.form["password"]):
        abort(401)
    role = request.form.get("role", "student")
    start_session(account, role)
    return redirect(url_for("login.grades") if role == "teacher" else url_for("login.form"))


@login.get("/grades")
def grades():
    if session.get("role") != "teacher":
        abort(403)
    return render_template("grades.html")
