from celery import Celery
from lxml import etree

app = Celery("catalogue", broker="redis://queue.example.com/2")


def predicates(filters):
    parts, values = [], {}
    for number, (name, value) in enumerate(sorted(filters.items())):
        if name not in ("brand", "size", "season"):
            continue
        parts.append("@%s=$v%d" % (name, number))
        values["v%d" % number] = str(value)
    return " and ".join(parts) or "true()", values


@app.task
def select(message):
    tree = etree.parse("/srv/catalogue/articles.xml")
    condition, values = predicates(message.get("filters", {}))
    nodes = tree.xpath("//article[" + condition + "]", **values)
    return {"articles": [node.get("id") for node in nodes]}
