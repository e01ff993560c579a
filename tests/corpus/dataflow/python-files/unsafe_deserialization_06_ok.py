import pickle
import zlib

import pika


class Worker:
    decode = staticmethod(pickle.loads)

    def __init__(self, channel):
        self.channel = channel
        self.seen = 0

    def on_message(self, channel, method, properties, body):
        payload = zlib.decompress(body)
        job = self.decode(payload)
        self.seen += len(job)
        channel.basic_ack(method.delivery_tag)


class PlainWorker(Worker):
    @staticmethod
    def decode(payload):
        key, _, value = payload.decode("utf-8").partition("=")
        return {key: value}


def main():
    connection = pika.BlockingConnection(pika.ConnectionParameters("queue.internal"))
    channel = connection.channel()
    worker = PlainWorker(channel)
    channel.basic_consume("jobs", on_message_callback=worker.on_message)
    channel.start_consuming()


if __name__ == "__main__":
    main()
