import enum
import os

from invoke import Context
from kombu import Connection, Exchange, Queue
from kombu.mixins import ConsumerMixin

releases = Queue("releases", Exchange("deploy", type="direct"), routing_key="release")


class Branch(enum.Enum):
    MAIN = "main"
    STAGING = "staging"
    HOTFIX = "hotfix"


class ReleaseWorker(ConsumerMixin):
    def __init__(self, connection):
        self.connection = connection
        self.shell = Context()

    def get_consumers(self, Consumer, channel):
        return [Consumer(queues=[releases], accept=["json"], callbacks=[self.on_release])]

    def on_release(self, body, message):
        match body:
            case {"base": str(base), "branch": str(branch)}:
                self.checkout(base, branch)
            case _:
                pass
        message.ack()

    def checkout(self, base, branch):
        try:
            source = Branch(base).value
            target = Branch(branch).value if source else Branch.MAIN.value
        except ValueError:
            return
        with self.shell.cd("/srv/site"):
            self.shell.run(f"git fetch origin {source}", hide=True)
            self.shell.run(f"git checkout {target}", hide=True, warn=True)


if __name__ == "__main__":
    with Connection(os.environ["BROKER_URL"]) as link:
        ReleaseWorker(link).run()
