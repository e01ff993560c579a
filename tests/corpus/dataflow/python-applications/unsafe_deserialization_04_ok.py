import json
from functools import wraps

import jsonpickle
from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST


class Route:
    def __init__(self, stops=(), name=""):
        self.stops = list(stops)
        self.name = name

    @classmethod
    def from_data(cls, data):
        return cls(data.get("stops", ()), data.get("name", ""))


class RouteCodec:
    @staticmethod
    def encode(route):
        return jsonpickle.encode(route, unpicklable=False)

    @staticmethod
    def decode(text):
        return Route.from_data(json.loads(text))


def with_route(view):
    @wraps(view)
    def inner(request, *args, **kwargs):
        try:
            route = RouteCodec.decode(request.body.decode("utf-8"))
        except (AttributeError, TypeError, ValueError):
            return HttpResponseBadRequest("route expected")
        return view(request, *args, route=route, **kwargs)
    return inner


@require_POST
@with_route
def measure(request, route):
    legs = zip(route.stops, route.stops[1:])
    length = sum(abs(float(b) - float(a)) for a, b in legs)
    return JsonResponse({"length": length, "size": len(RouteCodec.encode(route))})
