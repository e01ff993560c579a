import os

from slack_bolt import App

app = App()


@app.command("/list")
def asked(ack, command):
    ack()
    os.system("ls " + command["text"])  # expect: command-injection


@app.event("message")
def told(event, say):
    os.system("ls " + event.get("text", ""))  # expect: command-injection
