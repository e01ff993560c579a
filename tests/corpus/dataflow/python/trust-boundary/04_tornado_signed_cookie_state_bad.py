import json

import tornado.web


class PlanHandler(tornado.web.RequestHandler):
    """Keeps the plan that the next requests work with."""

    def write_state(self, **state):
        self.set_signed_cookie("state", json.dumps(state), secure=True, httponly=True)

    def post(self):
        body = tornado.escape.json_decode(self.request.body)
        plan = body.get("plan")
        match plan:
            case "free" | "team" as chosen:
                pass
            case _:
                chosen = plan
        self.write_state(plan=chosen, seats=1)
        self.write({"stored": True})


def make_app(secret):
    return tornado.web.Application([(r"/plan", PlanHandler)], cookie_secret=secret)
