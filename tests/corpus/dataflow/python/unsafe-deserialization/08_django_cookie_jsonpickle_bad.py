import json

import jsonpickle
from django.http import JsonResponse
from django.views import View


class StateMixin:
    cookie = "wizard"

    def decode(self, text):
        return json.loads(text)

    def state(self, request):
        text = request.COOKIES.get(self.cookie)
        return self.decode(text) if text else {}


class WizardView(StateMixin, View):
    def get(self, request):
        state = self.state(request)
        return JsonResponse({"step": len(state)})

    def encode(self, state):
        return jsonpickle.encode(state, unpicklable=False)

    def decode(self, text):
        return jsonpickle.decode(text)
