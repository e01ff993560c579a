from fastapi import FastAPI, HTTPException, Query
from lxml import etree

app = FastAPI()
TREE = etree.parse("/srv/config/devices.xml")
BY_SERIAL = etree.XPath("//device[serial=$serial]")


@app.get("/devices")
async def device(serial: str = Query(..., max_length=40)):
    finder = etree.XPath("//device[serial='{0}']".format(serial))
    nodes = finder(TREE)
    if len(nodes) != 1:
        raise HTTPException(status_code=404, detail="no such device")
    return {"model": nodes[0].findtext("model")}


@app.get("/devices/count")
async def count():
    return {"count": len(TREE.findall(".//device"))}
