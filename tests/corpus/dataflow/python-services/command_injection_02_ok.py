import json
import logging
import os

import pika

from ops.jobs import ProcessJob

log = logging.getLogger("probe.worker")
QUEUE = "network.probes"


class ProbeJob(ProcessJob):
    timeout = 20

    def command(self):
        count = int(self.payload.get("count", 3))
        return ["ping", "-c", str(min(count, 10)), "--", self.payload["host"]]


class PortJob(ProcessJob):
    def command(self):
        return ["ss", "-ltn", "sport", "=", str(int(self.payload["port"]))]


JOBS = {"probe": ProbeJob, "port": PortJob}


def on_message(channel, method, properties, body):
    try:
        message = json.loads(body)
        job_class = JOBS[message["job"]]
        status = job_class(message["payload"]).run()
        log.info("job finished with %d", status)
    except (ValueError, KeyError, TypeError):
        log.exception("bad message, dropping it")
        channel.basic_reject(delivery_tag=method.delivery_tag, requeue=False)
        return
    channel.basic_ack(delivery_tag=method.delivery_tag)


def main():
    parameters = pika.URLParameters(os.environ["AMQP_URL"])
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    channel.queue_declare(queue=QUEUE, durable=True)
    channel.basic_qos(prefetch_count=1)
    channel.basic_consume(queue=QUEUE, on_message_callback=on_message)
    try:
        channel.start_consuming()
    finally:
        connection.close()


if __name__ == "__main__":
    main()
