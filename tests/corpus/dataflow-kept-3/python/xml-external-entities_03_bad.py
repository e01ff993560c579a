import io
import xml.sax
from xml.sax.handler import ContentHandler, feature_external_ges, feature_external_pes

from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt


class TitleCollector(ContentHandler):
    def __init__(self):
        super().__init__()
        self.titles, self._open = [], False

    def startElement(self, name, attrs):
        self._open = name == "title"
        if self._open:
            self.titles.append("")

    def endElement(self, name):
        self._open = False

    def characters(self, content):
        if self._open:
            self.titles[-1] += content


@method_decorator(csrf_exempt, name="dispatch")
class PlaylistView(View):
    features = ((feature_external_pes, False), (feature_external_ges, True))

    def post(self, request):
        collector = TitleCollector()
        reader = xml.sax.make_parser()
        for name, state in self.features:
            reader.setFeature(name, state)
        reader.setContentHandler(collector)
        try:
            reader.parse(io.BytesIO(request.body))
        except xml.sax.SAXException:
            return JsonResponse({"error": "not well-formed"}, status=400)
        return JsonResponse({"titles": collector.titles})
