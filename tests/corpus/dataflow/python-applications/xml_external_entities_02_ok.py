import io
import xml.sax
from xml.sax import handler

from django.http import JsonResponse
from django.views import View


class TitleCollector(handler.ContentHandler):
    def __init__(self):
        super().__init__()
        self.titles = []
        self._buffer = None

    def startElement(self, name, attrs):
        if name == "title":
            self._buffer = []

    def characters(self, content):
        if self._buffer is not None:
            self._buffer.append(content)

    def endElement(self, name):
        if name == "title":
            self.titles.append("".join(self._buffer))
            self._buffer = None


def new_parser(features):
    parser = xml.sax.make_parser()
    for feature, state in features.items():
        parser.setFeature(feature, state)
    return parser


class FeedUploadView(View):
    features = {
        handler.feature_namespaces: False,
        handler.feature_external_ges: False,
    }

    def post(self, request):
        collector = TitleCollector()
        parser = new_parser(self.features)
        parser.setContentHandler(collector)
        try:
            parser.parse(io.BytesIO(request.FILES["feed"].read()))
        except (KeyError, xml.sax.SAXException):
            return JsonResponse({"error": "feed expected"}, status=400)
        return JsonResponse({"titles": collector.titles})
