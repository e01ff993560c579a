import json
import os
from string import Template

ARCHIVE = Template("tar -czf /mnt/backups/${label}-${day}.tgz /srv/data")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def tidy(label):
    return label.translate(str.maketrans("", "", ";&|<>'\" \t"))


def orders(event):
    for record in event.get("Records", ()):
        try:
            yield json.loads(record["body"])
        except (KeyError, ValueError):
            continue


def archive(label, day):
    line = ARCHIVE.substitute({"label": label or "full", "day": DAYS[day % 7]})
    return os.system(line)


def handler(event, context):
    failed = 0
    for order in orders(event):
        label = tidy(str(order.get("label", "")))
        if archive(label, int(order.get("day", 0))) != 0:
            failed += 1
    return {"failed": failed}
