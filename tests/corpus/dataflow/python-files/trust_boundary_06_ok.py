import uuid

from django.http import HttpResponseBadRequest, JsonResponse


class Attempt:
    def __init__(self, session):
        self.session = session

    def __enter__(self):
        self.values = {}
        return self.values

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.session.update(self.values)
        return kind is ValueError


def choose_device(request):
    given = request.headers.get("X-Device", "")
    with Attempt(request.session) as values:
        traced = uuid.UUID(given)
        values["device"] = str(traced)
        values["known"] = traced.version == 4
    if "known" not in values:
        return HttpResponseBadRequest("device")
    return JsonResponse({"known": True})
