import logging

import pika

from pipeline.messages import parse
from pipeline.rules import RULES, keep

log = logging.getLogger("filter-worker")

PAYMENTS = [
    {"id": 1, "amount": 250, "country": "NL"},
    {"id": 2, "amount": 4100, "country": "BE"},
    {"id": 3, "amount": 1200, "country": "NL"},
]


class FilterWorker:
    def __init__(self, channel):
        self.channel = channel
        self.totals = {}

    def on_message(self, channel, method, properties, body):
        job = parse(body)
        wanted = job.arg("rule", "all")
        try:
            rule = RULES.get(wanted) or wanted
            chosen = keep(PAYMENTS, rule)
            self.totals[job.ident] = sum(row["amount"] for row in chosen)
        except (KeyError, SyntaxError, TypeError):
            log.warning("job %d was rejected", job.ident)
        finally:
            channel.basic_ack(delivery_tag=method.delivery_tag)

    def start(self):
        self.channel.queue_declare(queue="filters", durable=True)
        self.channel.basic_consume(queue="filters", on_message_callback=self.on_message)
        self.channel.start_consuming()


def main():
    connection = pika.BlockingConnection(pika.ConnectionParameters("broker"))
    FilterWorker(connection.channel()).start()


if __name__ == "__main__":
    main()
