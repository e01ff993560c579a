import logging

import pika

from pipeline.codec import decode

log = logging.getLogger("measurements")

DEFAULT = "application/json"
SUMS = {}


def remember(measurement):
    station = int(measurement["station"])
    SUMS.setdefault(station, []).append(float(measurement["value"]))


def on_message(channel, method, properties, body):
    kind = DEFAULT if properties.content_type != DEFAULT else properties.content_type
    try:
        remember(decode(body, kind))
    except (KeyError, TypeError, ValueError):
        log.warning("dropped a message of %d bytes", len(body))
    channel.basic_ack(method.delivery_tag)


def main():
    connection = pika.BlockingConnection(pika.ConnectionParameters("broker"))
    channel = connection.channel()
    channel.queue_declare(queue="measurements")
    channel.basic_consume("measurements", on_message)
    try:
        channel.start_consuming()
    finally:
        connection.close()


if __name__ == "__main__":
    main()
