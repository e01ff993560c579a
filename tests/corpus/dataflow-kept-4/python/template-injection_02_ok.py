import smtplib
from email.message import EmailMessage

from celery import Celery

from pipeline.letters import LETTERS, render

queue = Celery("letters", broker="amqp://broker//")
queue.conf.accept_content = ["json"]


def compose(kind, name, note):
    source = LETTERS.get(kind)
    if source is None:
        source, kind = "Dear {{ name }},\n\n{{ note }}", "note"
    message = EmailMessage()
    message["From"] = "office@northwind.example"
    message["Subject"] = f"Your {kind}"
    message.set_content(render(source, name=name, note=note))
    return message


@queue.task(name="letters.send", max_retries=3)
def send_letter(customer, kind, note=""):
    message = compose(kind, customer.get("name", "customer"), note)
    message["To"] = "outbox@northwind.example"
    with smtplib.SMTP("mail.northwind.example") as server:
        server.send_message(message)
    return customer.get("id")
