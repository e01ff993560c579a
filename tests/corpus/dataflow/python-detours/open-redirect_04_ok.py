import tornado.web

STEPS = ("/cart", "/address", "/payment")


def itinerary(extra):
    stops = list(STEPS)
    stops.append(extra)
    stops.insert(1, stops.pop())
    del stops[0]
    return stops


class CheckoutHandler(tornado.web.RequestHandler):
    def post(self):
        back = self.get_body_argument("return_to", "/cart")
        stops = itinerary(back)
        following = stops[1]
        if self.get_body_argument("confirm", "no") == "yes":
            self.redirect(following, status=303)
            return
        self.set_status(202)
        self.write({"stops": len(stops)})


def make_app():
    return tornado.web.Application([(r"/checkout", CheckoutHandler)])
