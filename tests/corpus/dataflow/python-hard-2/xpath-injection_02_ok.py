from functools import lru_cache
from pathlib import Path

from django.http import JsonResponse
from django.urls import path
from django.views.generic import View
from lxml import etree


@lru_cache(maxsize=1)
def catalogue():
    return etree.fromstring(Path("catalogue.xml").read_bytes())


class PathBuilder:
    def __init__(self, start):
        self._steps = [start]
        self._bound = {}

    def having(self, attribute, value):
        key = f"v{len(self._bound)}"
        self._bound[key] = value
        self._steps.append(f"[@{attribute}=${key}]")
        return self

    def containing(self, child, text):
        key = f"v{len(self._bound)}"
        self._bound[key] = text
        self._steps.append("[contains(%s, $%s)]" % (child, key))
        return self

    def run(self, tree):
        return tree.xpath("".join(self._steps), **self._bound)


class PartSearch:
    def __init__(self, tree):
        self.tree = tree

    def __call__(self, params):
        query = PathBuilder("//part").having("public", "yes")
        if maker := params.get("maker"):
            query.having("maker", maker)
        if text := params.get("text"):
            query.containing("description", text)
        for node in query.run(self.tree):
            yield {"number": node.get("number"), "price": node.findtext("price")}


class PartsView(View):
    def get(self, request):
        try:
            parts = list(PartSearch(catalogue())(request.GET))
        except etree.XPathError:
            return JsonResponse({"error": "unusable search"}, status=400)
        return JsonResponse({"parts": parts})


urlpatterns = [path("parts", PartsView.as_view())]
