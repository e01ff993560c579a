import keyword

from django.http import HttpResponseBadRequest, JsonResponse
from django.views import View

PRODUCTS = [
    {"name": "spade", "price": 19.5, "stock": 4},
    {"name": "rake", "price": 14.0, "stock": 11},
]


def usable(field):
    return field.isidentifier() and not keyword.iskeyword(field)


def make_getter(fields):
    body = ", ".join(fields)
    source = f"def getter({body}, **rest):\n    return [{body}]\n"
    space = {}
    exec(source, space)
    return space["getter"]


class Getters:
    def __init__(self):
        self._ready = {}

    def __getitem__(self, fields):
        if fields not in self._ready:
            self._ready[fields] = make_getter(fields)
        return self._ready[fields]


class ProductView(View):
    getters = Getters()

    def get(self, request):
        fields = tuple(dict.fromkeys(request.GET.getlist("field"))) or ("name", "price")
        if len(fields) > 5 or not all(usable(field) for field in fields):
            return HttpResponseBadRequest("unknown fields")
        getter = self.getters[fields]
        try:
            rows = [getter(**product) for product in PRODUCTS]
        except TypeError:
            return HttpResponseBadRequest("unknown fields")
        return JsonResponse({"rows": rows})
