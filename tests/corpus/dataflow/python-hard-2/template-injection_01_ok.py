import os
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage

from flask import Flask, jsonify, request
from jinja2 import Environment, StrictUndefined

app = Flask(__name__)


@dataclass(frozen=True)
class Invitation:
    event: str
    host: str
    note: str
    guests: tuple


class TextRenderer:
    def __init__(self):
        self.env = Environment(autoescape=True, undefined=StrictUndefined)

    def render(self, source, **context):
        return self.env.from_string(source).render(**context)


class InvitationComposer:
    HEAD = "Hello {{ guest }},\n\n{{ host }} invites you to {{ event }}.\n"
    FOOT = "\nSee you there!\n"

    def __init__(self, renderer):
        self.renderer = renderer

    def body_for(self, invitation, guest):
        parts = [self.HEAD, "{{ note }}", self.FOOT]
        return self.renderer.render(
            "\n".join(parts),
            guest=guest,
            host=invitation.host,
            event=invitation.event,
            note=invitation.note,
        )


class Mailer:
    def deliver(self, to, text):
        message = EmailMessage()
        message["To"] = to
        message["From"] = "events@example.org"
        message["Subject"] = "You are invited"
        message.set_content(text)
        with smtplib.SMTP(os.environ.get("SMTP_HOST", "localhost")) as smtp:
            smtp.send_message(message)


composer = InvitationComposer(TextRenderer())
mailer = Mailer()


@app.post("/invitations")
def send_invitations():
    data = request.get_json()
    invitation = Invitation(data["event"], data["host"], data.get("note", ""), ("team@example.org", "board@example.org"))
    for guest in invitation.guests:
        mailer.deliver(guest, composer.body_for(invitation, guest))
    return jsonify(sent=len(invitation.guests))
