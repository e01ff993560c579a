import json
from urllib.parse import urlunsplit

import urllib3
from tornado.ioloop import IOLoop
from tornado.web import Application, RequestHandler

REGIONS = {"eu": "eu-west", "us": "us-east", "ap": "ap-south"}
pool = urllib3.PoolManager(timeout=5, retries=False)


def authority(region):
    head, dot, rest = region.partition(".")
    if head not in REGIONS:
        head, dot, rest = "eu", "", ""
    labels = [REGIONS[head] + dot + rest, "files", "example", "net"]
    return ".".join(labels)


def usage(region):
    address = urlunsplit(("https", authority(region), "/usage", "", ""))
    answer = pool.request("GET", address)
    return json.loads(answer.data).get("bytes", 0)


class UsageHandler(RequestHandler):
    async def get(self):
        region = self.get_query_argument("region", "eu")
        loop = IOLoop.current()
        try:
            used = await loop.run_in_executor(None, usage, region)
        except (urllib3.exceptions.HTTPError, ValueError):
            self.set_status(502)
            used = 0
        self.write({"bytes": int(used)})


if __name__ == "__main__":
    Application([("/usage", UsageHandler)]).listen(8015)
    IOLoop.current().start()
