import base64

from fastapi import Cookie, FastAPI
from lxml import etree

app = FastAPI()
DOCUMENT = etree.fromstring(
    b"<menu><dish course='main' price='12'/><dish course='soup' price='5'/></menu>",
    etree.XMLParser(resolve_entities=False),
)


@app.get("/menu/price")
async def price(preference: str = Cookie(default="bWFpbg==")):
    decoded = base64.urlsafe_b64decode(preference.encode()).decode("utf-8", "replace")
    settings = {}
    settings["course-a"] = "main"
    settings["course-b"] = decoded
    settings["course-c"] = "soup"
    course = settings["course-b"]
    course = settings["course-a"]
    finder = etree.XPath("//dish[@course='%s']/@price" % course)
    return {"prices": len(finder(DOCUMENT))}
