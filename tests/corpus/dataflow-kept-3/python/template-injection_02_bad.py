import smtplib
from email.message import EmailMessage

from flask import Flask, jsonify, request
from markupsafe import escape

from letters.composer import Letter

app = Flask(__name__)


def compose(body):
    letter = Letter(body["name"])
    letter.with_middle("<p>%s</p>" % escape(body["message"]))
    return letter.render()


@app.post("/letters")
def send():
    body = request.get_json()
    mail = EmailMessage()
    mail["Subject"] = "A message from the desk"
    mail["From"] = "desk@library.example"
    mail["To"] = "outbox@library.example"
    mail.set_content(compose(body), subtype="html")
    with smtplib.SMTP("mail.internal.example") as smtp:
        smtp.send_message(mail)
    return jsonify(sent=True)
