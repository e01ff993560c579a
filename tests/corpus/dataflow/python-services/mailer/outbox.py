import logging
import smtplib
from email.message import EmailMessage

log = logging.getLogger(__name__)


class Outbox:
    def __init__(self, host="localhost", sender="noreply@shop.example"):
        self.host = host
        self.sender = sender

    def send(self, recipient, subject, text):
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = recipient
        message["Subject"] = subject
        message.set_content(text)
        with smtplib.SMTP(self.host) as server:
            server.send_message(message)
        log.info("a message was sent")
