from lxml import etree
from fastapi import FastAPI, Path

app = FastAPI()
DOC = etree.parse("/srv/geo.xml")


def literal(text):
    if "'" not in text:
        return "'" + text + "'"
    if '"' not in text:
        return '"' + text + '"'
    raise ValueError("both quotes")


@app.get("/city/{name}")
def city(name: str):
    return {"n": len(DOC.xpath("//city[name=" + literal(name) + "]"))}
