import logging
import smtplib

from flask import Flask, jsonify, request
from jinja2 import TemplateError

from mailer.environment import SIGNATURE, build_environment
from mailer.outbox import Outbox

log = logging.getLogger(__name__)
app = Flask(__name__)

INVITATION = "{{ host }} has invited you to the workspace {{ workspace }}."


class InvitationMailer:
    def __init__(self, outbox, environment, company):
        self.outbox = outbox
        self.environment = environment
        self.company = company

    def compose(self, host, workspace, note):
        parts = [INVITATION]
        if note:
            parts.append("They wrote: {{ note }}")
        template = self.environment.from_string("\n\n".join(parts) + SIGNATURE)
        return template.render(
            host=host, workspace=workspace, note=note, company=self.company
        )

    def send(self, recipient, **fields):
        self.outbox.send(recipient, "You are invited", self.compose(**fields))


mailer = InvitationMailer(Outbox(), build_environment(), company="Shop")


@app.post("/invitations")
def invite():
    body = request.get_json()
    try:
        mailer.send(
            body["email"],
            host=body["host"],
            workspace=body["workspace"],
            note=body.get("note", ""),
        )
    except KeyError:
        return jsonify(error="a field is missing"), 400
    except (TemplateError, smtplib.SMTPException):
        log.exception("invitation could not be sent")
        return jsonify(error="not sent"), 502
    return jsonify(status="sent"), 202
