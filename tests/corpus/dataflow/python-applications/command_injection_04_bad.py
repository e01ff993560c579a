import os
from collections import deque

from django.http import HttpResponseBadRequest, JsonResponse
from django.views import View

SEPARATORS = ";&|"


def strip_separators(value):
    return "".join(ch for ch in value if ch not in SEPARATORS)


class PrintQueue:
    def __init__(self):
        self._pending = deque()

    def add(self, printer, copies):
        self._pending.append(("lp", "-d", printer, "-n", copies, "/srv/labels/current.ps"))

    def flush(self):
        outcomes = []
        while self._pending:
            words = self._pending.popleft()
            with os.popen("%s %s %s %s %s %s" % words) as pipe:
                outcomes.append(bool(pipe.read()))
        return outcomes


class LabelPrintView(View):
    http_method_names = ["post"]
    printer = "dock-2"

    def post(self, request, *args, **kwargs):
        raw = request.POST.get("copies", "1")
        try:
            copies = strip_separators(raw)
        except ValueError:
            return HttpResponseBadRequest("copies must be a number")
        queue = PrintQueue()
        queue.add(self.printer, copies)
        return JsonResponse({"printed": len(queue.flush())})
