import io
import xml.sax
from xml.sax import handler

from django.http import HttpResponseBadRequest, JsonResponse
from django.urls import path
from django.views import View


class FeedCollector(handler.ContentHandler):
    def __init__(self, wanted):
        super().__init__()
        self.wanted = wanted
        self.titles = []
        self._open = None

    def startElement(self, name, attrs):
        if name == self.wanted:
            self._open = []

    def characters(self, content):
        if self._open is not None:
            self._open.append(content)

    def endElement(self, name):
        if name == self.wanted and self._open is not None:
            self.titles.append("".join(self._open).strip())
            self._open = None


class SaxPipeline:
    features = {
        handler.feature_namespaces: False,
        handler.feature_external_pes: False,
        handler.feature_external_ges: False,
    }

    def __init__(self, collector):
        self.reader = xml.sax.make_parser()
        self.reader.setContentHandler(collector)
        for name, state in self.features.items():
            self.reader.setFeature(name, state)

    def run(self, data):
        source = xml.sax.xmlreader.InputSource()
        source.setByteStream(io.BytesIO(data))
        self.reader.parse(source)


class FeedPipeline(SaxPipeline):
    features = SaxPipeline.features | {handler.feature_namespace_prefixes: False}


class FeedView(View):
    def post(self, request):
        collector = FeedCollector("title")
        try:
            FeedPipeline(collector).run(request.body)
        except xml.sax.SAXException:
            return HttpResponseBadRequest("unreadable feed", content_type="text/plain")
        return JsonResponse({"titles": collector.titles})


urlpatterns = [path("feeds", FeedView.as_view())]
