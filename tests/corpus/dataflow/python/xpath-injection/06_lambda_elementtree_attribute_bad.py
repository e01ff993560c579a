import json
import xml.etree.ElementTree as ET

RATES = ET.parse("/opt/data/rates.xml").getroot()


class Rates:
    def __init__(self, root):
        self.root = root
        self.currency = "EUR"
        self.note = ""

    def current(self):
        node = self.root.find(f"./rate[@currency='{self.currency}']/value")
        return None if node is None else node.text


def handler(event, context):
    fields = event.get("queryStringParameters") or {}
    rates = Rates(RATES)
    slot = "currency"
    setattr(rates, slot, fields.get("currency", "EUR"))
    value = rates.current()
    if value is None:
        return {"statusCode": 404, "body": "{}"}
    return {"statusCode": 200, "body": json.dumps({"value": value, "note": rates.note})}
