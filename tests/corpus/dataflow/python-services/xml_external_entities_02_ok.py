import io
import logging
import os
import xml.sax

from celery import Celery

from feeds.sax import build_reader

log = logging.getLogger(__name__)
app = Celery("orders", broker=os.environ.get("BROKER_URL", "amqp://localhost//"))
app.conf.update(task_serializer="json", accept_content=["json"])


class OrderHandler(xml.sax.ContentHandler):
    fields = ("number", "customer", "remark")

    def __init__(self):
        super().__init__()
        self.order = {}
        self._field = None
        self._text = []

    def startElement(self, name, attrs):
        self._field = name if name in self.fields else None
        self._text.clear()

    def characters(self, content):
        if self._field:
            self._text.append(content)

    def endElement(self, name):
        if name == self._field:
            self.order[name] = "".join(self._text).strip()
        self._field = None


def parse_order(document):
    collector = OrderHandler()
    reader = build_reader(collector, external=False, namespaces=False)
    reader.parse(io.StringIO(document))
    return collector.order


@app.task(bind=True, max_retries=2, acks_late=True)
def import_order(self, document):
    try:
        order = parse_order(document)
    except xml.sax.SAXException:
        log.warning("order is not XML")
        return None
    if "number" not in order:
        log.warning("order has no number")
        return None
    log.info("order with %d fields imported", len(order))
    return order
