from dataclasses import dataclass, field

from ldap3.utils.conv import escape_filter_chars
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from directory.client import session


@dataclass
class GroupQuery:
    base: str = "ou=groups,dc=corp,dc=example"
    parts: list[str] = field(default_factory=lambda: ["(objectClass=groupOfNames)"])

    def named(self, name):
        self.parts.append(f"(cn={escape_filter_chars(name)}*)")
        return self

    def in_site(self, site):
        site = site and escape_filter_chars(site)
        if site:
            self.parts.append("(l=" + site + ")")
        return self

    def run(self):
        with session() as connection:
            connection.search(self.base, f"(&{''.join(self.parts)})", attributes=["cn"])
            return [str(entry.cn) for entry in connection.entries]


async def groups(request):
    params = request.query_params
    query = GroupQuery().named(params.get("name", "")).in_site(params.get("site", ""))
    return JSONResponse({"groups": await run_in_threadpool(query.run)})


app = Starlette(routes=[Route("/groups", groups)])
