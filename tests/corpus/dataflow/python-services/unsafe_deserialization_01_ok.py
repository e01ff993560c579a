import logging
import os
import pickle
import signal

import pika

from queueing.sealing import SealError, open_sealed

log = logging.getLogger("rows.worker")


class RowConsumer:
    queue = "rows.incoming"

    def __init__(self, url, sink):
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self._channel = self._connection.channel()
        self._sink = sink

    def on_message(self, channel, method, properties, body):
        try:
            content, seal = open_sealed(body)
            rows = pickle.loads(content)
            self._sink(rows)
        except SealError as exc:
            log.warning("message dropped: %s", exc)
            channel.basic_reject(method.delivery_tag, requeue=False)
        except Exception:
            log.exception("message failed")
            channel.basic_nack(method.delivery_tag, requeue=False)
        else:
            log.debug("message with a seal of %d bytes", len(seal))
            channel.basic_ack(method.delivery_tag)

    def run(self):
        self._channel.queue_declare(self.queue, durable=True)
        self._channel.basic_consume(self.queue, self.on_message)
        self._channel.start_consuming()

    def stop(self, *_):
        self._connection.add_callback_threadsafe(self._channel.stop_consuming)


def count_rows(rows):
    log.info("%d rows", len(rows))


if __name__ == "__main__":
    consumer = RowConsumer(os.environ["AMQP_URL"], count_rows)
    signal.signal(signal.SIGTERM, consumer.stop)
    consumer.run()
