from django.http import Http404, JsonResponse
from django.views import View
from lxml import etree

SOURCE = "data/timetable.xml"


class Timetable:
    _tree = None

    @classmethod
    def tree(cls):
        if cls._tree is None:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            cls._tree = etree.parse(SOURCE, parser)
        return cls._tree

    @classmethod
    def departures(cls, line, first, count):
        query = etree.XPath(
            "//line[@number=%s]/departure[position()>=%s and position()<%s]"
            % (line, first, first + count)
        )
        return [node.get("time") for node in query(cls.tree())]


class DeparturesView(View):
    def get(self, request, *args, **kwargs):
        line = request.GET.get("line", "1")
        first = request.GET.get("first", "1")
        try:
            line, first = int(line.split("-")[0]), int(first)
        except ValueError as error:
            raise Http404 from error
        if line > 99 or first < 1:
            raise Http404
        return JsonResponse({"times": Timetable.departures(line, first, 10)})
