import hmac
import os
import pickle
from dataclasses import dataclass

import pika

KEY = os.environ["JOB_KEY"].encode()


@dataclass(frozen=True)
class Envelope:
    signature: bytes
    payload: bytes

    SIZE = 32

    @classmethod
    def split(cls, body):
        return cls(bytes(body[: cls.SIZE]), bytes(body[cls.SIZE :]))

    def genuine(self):
        expected = hmac.digest(KEY, self.payload, "sha256")
        return hmac.compare_digest(expected, self.signature)


class Rejected(Exception):
    pass


class JobReader:
    def read(self, body):
        envelope = Envelope.split(body)
        if not envelope.genuine():
            raise Rejected
        job = pickle.loads(envelope.payload)
        return job


class Worker:
    def __init__(self, reader):
        self.reader = reader
        self.totals = {}

    def on_message(self, channel, method, _properties, body):
        try:
            job = self.reader.read(body)
        except Rejected:
            channel.basic_reject(method.delivery_tag, requeue=False)
            return
        self.totals[job["account"]] = self.totals.get(job["account"], 0) + job["amount"]
        channel.basic_ack(method.delivery_tag)


def main():
    connection = pika.BlockingConnection(pika.ConnectionParameters(os.environ.get("MQ_HOST", "mq")))
    channel = connection.channel()
    channel.queue_declare("jobs", durable=True)
    channel.basic_consume("jobs", Worker(JobReader()).on_message)
    channel.start_consuming()


if __name__ == "__main__":
    main()
