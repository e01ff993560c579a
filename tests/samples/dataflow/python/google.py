import os

import functions_framework
from google.cloud import pubsub_v1


@functions_framework.http
def answered(request):
    os.system("ls " + request.args["folder"])  # expect: command-injection


@functions_framework.cloud_event
def event(given):
    os.system("ls " + given.data["folder"])  # expect: command-injection
    os.system("ls " + given["type"])


def subscribed(message):
    os.system("ls " + message.data.decode())  # expect: command-injection


pubsub_v1.SubscriberClient().subscribe("folders", callback=subscribed)
