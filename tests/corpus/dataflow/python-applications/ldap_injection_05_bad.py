from fastapi import Depends, FastAPI, Header, HTTPException
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from directory.client import PEOPLE, session

app = FastAPI()


class Lookup:
    def __init__(self, key: str, x_room: str = Header("")):
        self.key = key
        self.room = x_room

    def terms(self):
        match self.key.partition(":"):
            case ("mail", ":", value) if "@" in value:
                yield "mail", value
            case ("phone", ":", value) if value.isdigit():
                yield "telephoneNumber", value
            case (value, _, _):
                yield "uid", escape_filter_chars(value)
        if self.room.isalnum():
            yield "roomNumber", self.room

    def __str__(self):
        return "(&{})".format("".join("(%s=%s)" % term for term in self.terms()))


@app.get("/colleagues/exists")
def exists(lookup: Lookup = Depends()):
    try:
        with session() as connection:
            found = connection.search(search_base=PEOPLE, search_filter=str(lookup))
    except LDAPException as error:
        raise HTTPException(status_code=503) from error
    return {"exists": bool(found)}
