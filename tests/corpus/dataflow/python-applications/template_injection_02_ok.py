import jinja2
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

ENV = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)

WORDINGS = {
    "short": "Order {{ number }} shipped.",
    "long": "Dear customer, your order {{ number }} left our depot {{ depot }}.",
    "sms": "{{ number }}: on its way",
}


class Notifier:
    def __init__(self, outbox):
        self.outbox = outbox

    def queue(self, wording, **values):
        self.outbox.append(ENV.from_string(wording).render(values))
        return len(self.outbox)


notifier = Notifier([])


async def notify(request):
    data = await request.json()
    style = str(data.get("style", "short"))
    wording = WORDINGS.get(style, WORDINGS["short"])
    position = notifier.queue(wording, number=int(data["order"]), depot="North")
    return JSONResponse({"position": position}, status_code=202)


app = Starlette(routes=[Route("/notifications", notify, methods=["POST"])])
