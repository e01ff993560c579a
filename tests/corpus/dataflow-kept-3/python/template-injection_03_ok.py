import json

import pika
from mako.template import Template

SUBJECTS = {
    "created": "Order ${number} was created",
    "shipped": "Order ${number} is on its way",
}


def subject(event):
    kind = event.get("kind")
    source = SUBJECTS.get(event.get("subject") or kind, SUBJECTS["created"])
    return Template(source).render_unicode(number=int(event["number"]))


def on_message(channel, method, properties, body):
    try:
        event = json.loads(body)
        line = subject(event)
    except (KeyError, ValueError):
        channel.basic_reject(method.delivery_tag, requeue=False)
        return
    channel.basic_publish("", "outgoing-subjects", line.encode())
    channel.basic_ack(method.delivery_tag)


def main():
    link = pika.BlockingConnection(pika.ConnectionParameters("mq.internal.example"))
    channel = link.channel()
    channel.basic_consume("order-events", on_message)
    channel.start_consuming()
