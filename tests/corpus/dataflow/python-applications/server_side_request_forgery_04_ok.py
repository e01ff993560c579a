import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from django.http import JsonResponse
from django.views import View


class Upstream:
    def __init__(self, options):
        self.options = {"scheme": "https", "host": settings.SEARCH_HOST, "path": "/find"} | options

    def build(self, **params):
        return "{scheme}://{host}{path}?".format_map(self.options) + urlencode(params)


class SearchProxyView(View):
    renamed = {"X-Search-Host": "host", "X-Search-Lang": "lang"}

    def options_of(self, request):
        options = {}
        for header, name in self.renamed.items():
            if value := request.headers.get(header):
                options[name] = value.strip()
        return options

    def get(self, request):
        options = self.options_of(request)
        lang = options.pop("lang", "en")
        upstream = Upstream({"path": "/find"})
        url = upstream.build(q=request.GET.get("q", ""), lang=lang, size=len(options) or 10)
        with urlopen(Request(url, headers={"Accept": "application/json"}), timeout=5) as answer:
            found = json.load(answer)
        return JsonResponse({"count": len(found.get("hits", []))})
