import os

from celery import Celery, Task, shared_task

app = Celery("sample")


@app.task
def task(folder):
    os.system("ls " + folder)  # expect: command-injection


@shared_task(bind=True)
def shared(self, count: int):
    os.system("sleep %s" % count)


class Listing(Task):
    def run(self, folder):
        os.system("ls " + folder)  # expect: command-injection


def configured():
    app.conf.accept_content = ["json"]
    app.conf.accept_content = ["json", "pickle"]  # expect: unsafe-deserialization


def updated():
    app.conf.update(accept_content=["pickle"])  # expect: unsafe-deserialization
