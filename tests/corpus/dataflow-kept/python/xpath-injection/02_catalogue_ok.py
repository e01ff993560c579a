"""Looks up spare parts in the manufacturer's XML catalogue."""
import functools

from django.conf import settings
from django.http import Http404, JsonResponse
from django.views import View
from lxml import etree


@functools.lru_cache(maxsize=1)
def catalogue():
    return etree.parse(settings.CATALOGUE_FILE)


class PartsView(View):
    fields = {"maker": "@maker", "model": "model", "colour": "colour"}

    def conditions(self, parameters):
        for name, path in self.fields.items():
            value = parameters.get(name)
            if value:
                yield "{}=${}".format(path, name)

    def get(self, request):
        conditions = list(self.conditions(request.GET))
        if not conditions:
            raise Http404("nothing to look for")
        expression = "//part[@listed='yes' and {}]".format(" and ".join(conditions))
        select = etree.XPath(expression)
        parts = select(catalogue(), **{k: request.GET.get(k, "") for k in self.fields})
        return JsonResponse({"parts": [part.get("number") for part in parts]})
