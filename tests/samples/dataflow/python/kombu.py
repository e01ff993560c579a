import os

from kombu import Queue
from kombu.mixins import ConsumerMixin


class Worker(ConsumerMixin):
    def get_consumers(self, Consumer, channel):
        return [Consumer(queues=[Queue("orders")], callbacks=[self.received])]

    def received(self, body, message):
        os.system("ls " + body["folder"])  # expect: command-injection
        message.ack()
