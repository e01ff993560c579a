import logging
import os
import smtplib

from celery import Celery

from mailer.engines import TextEngine, TemplateEngine
from mailer.outbox import Outbox

log = logging.getLogger(__name__)

app = Celery("campaigns", broker=os.environ.get("BROKER_URL", "amqp://localhost//"))
app.conf.update(task_serializer="json", accept_content=["json"])


class Campaign:
    def __init__(self, subject, text, engine: TextEngine, outbox: Outbox):
        self.subject = subject
        self.text = text
        self.engine = engine
        self.outbox = outbox

    def deliver(self, recipients):
        sent = 0
        for recipient in recipients:
            values = {"name": recipient.get("name", ""), "city": recipient.get("city", "")}
            content = self.engine.render(self.text, values)
            try:
                self.outbox.send(recipient["email"], self.subject, content)
            except smtplib.SMTPException:
                log.exception("a recipient was skipped")
                continue
            sent += 1
        return sent


@app.task(bind=True, max_retries=3)
def send_campaign(self, campaign):
    job = Campaign(
        subject=campaign["subject"],
        text=campaign["text"],
        engine=TemplateEngine(),
        outbox=Outbox(),
    )
    try:
        return job.deliver(campaign["recipients"])
    except OSError as exc:
        raise self.retry(exc=exc, countdown=60)
