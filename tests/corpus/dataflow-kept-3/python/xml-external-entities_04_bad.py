import io
import json

import pika
from lxml import etree


class OrderWorker:
    def __init__(self, channel):
        self.channel = channel

    def lines(self, body):
        stream = io.BytesIO(body)
        for _, element in etree.iterparse(
            stream, tag="line", resolve_entities=True, no_network=False
        ):
            yield {"sku": element.findtext("sku"), "pieces": int(element.get("pieces", "1"))}
            element.clear()

    def __call__(self, channel, method, properties, body):
        try:
            order = list(self.lines(body))
        except (etree.XMLSyntaxError, ValueError):
            channel.basic_reject(method.delivery_tag, requeue=False)
            return
        channel.basic_publish("", properties.reply_to, json.dumps(order).encode())
        channel.basic_ack(method.delivery_tag)


def main():
    link = pika.BlockingConnection(pika.ConnectionParameters("mq.internal.example"))
    channel = link.channel()
    channel.basic_consume("partner-orders", OrderWorker(channel))
    channel.start_consuming()
