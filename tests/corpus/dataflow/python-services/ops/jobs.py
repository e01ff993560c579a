import logging
import subprocess

log = logging.getLogger(__name__)


class Job:
    timeout = 60

    def __init__(self, payload):
        self.payload = payload

    def command(self):
        raise NotImplementedError

    def before(self):
        log.info("starting %s", type(self).__name__)

    def after(self, result):
        log.info("%s ended with %d", type(self).__name__, result.returncode)

    def start(self):
        raise NotImplementedError

    def run(self):
        self.before()
        result = self.start()
        self.after(result)
        return result.returncode


class ScriptJob(Job):
    def start(self):
        line = " ".join(self.command())
        return subprocess.run(line, shell=True, timeout=self.timeout)


class ProcessJob(Job):
    def start(self):
        return subprocess.run(self.command(), timeout=self.timeout)
