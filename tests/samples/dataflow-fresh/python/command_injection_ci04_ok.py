import re
import subprocess
from django.http import HttpResponseBadRequest, JsonResponse
from django.views import View

HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}", re.I)


class TraceView(View):
    binary = "/usr/sbin/traceroute"

    def post(self, request):
        host = request.POST.get("host", "").strip()
        if not host:
            return HttpResponseBadRequest("no host")
        if not HOST.fullmatch(host):
            return HttpResponseBadRequest("bad host")
        return JsonResponse({"lines": list(self.lines(host))})

    def lines(self, host):
        proc = subprocess.Popen(self.binary + " " + host, shell=True, stdout=subprocess.PIPE, text=True)
        for line in proc.stdout:
            yield line.rstrip()
