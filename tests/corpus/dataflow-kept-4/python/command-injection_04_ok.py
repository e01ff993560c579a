import collections
import logging
import subprocess

import pika

from pipeline.messages import parse

log = logging.getLogger("banner-worker")

Step = collections.namedtuple("Step", "label argv")


def plan(job):
    text = job.arg("text", "")
    width = int(job.arg("width", 80))
    steps = collections.deque()
    steps.append(Step("banner", ["sh", "-c", f"figlet -w {width} -- \"$1\" | lpr -P door", "sh", text]))
    steps.appendleft(Step("wake", ["lpstat", "-p", "door"]))
    return steps


def work(steps):
    while steps:
        step = steps.popleft()
        done = subprocess.run(step.argv, check=False, timeout=30)
        log.info("%s finished with %d", step.label, done.returncode)
        if done.returncode:
            break
    else:
        return True
    return False


def on_message(channel, method, properties, body):
    job = parse(body)
    if not isinstance(job.arg("text", ""), str):
        channel.basic_reject(method.delivery_tag, requeue=False)
        return
    if work(plan(job)):
        channel.basic_ack(method.delivery_tag)
    else:
        channel.basic_nack(method.delivery_tag, requeue=job.attempts < 3)


if __name__ == "__main__":
    link = pika.BlockingConnection(pika.ConnectionParameters("broker"))
    incoming = link.channel()
    incoming.basic_consume("banners", on_message)
    incoming.start_consuming()
