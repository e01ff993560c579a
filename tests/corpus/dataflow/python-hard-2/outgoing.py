import os
import smtplib
from email.message import EmailMessage


def send_plain(to, subject, text):
    message = EmailMessage()
    message["To"] = to
    message["From"] = os.environ.get("MAIL_FROM", "desk@example.org")
    message["Subject"] = subject
    message.set_content(text)
    with smtplib.SMTP(os.environ.get("SMTP_HOST", "localhost")) as smtp:
        smtp.send_message(message)
