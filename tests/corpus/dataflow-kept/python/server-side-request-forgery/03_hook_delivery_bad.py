"""Delivers events to the hooks that customers registered."""
import json
import urllib.request

from celery import Celery
from django.http import JsonResponse
from django.views.decorators.http import require_POST

app = Celery("hooks")
DESTINATIONS = {
    "chat": "https://chat.example.com/hooks/incoming",
    "tickets": "https://tickets.example.org/api/events",
}


@app.task(bind=True, max_retries=3)
def deliver(self, target, event):
    body = json.dumps(event).encode("utf-8")
    message = urllib.request.Request(
        target, data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(message, timeout=10) as answer:
            return answer.status
    except OSError as exc:
        raise self.retry(exc=exc, countdown=30)


@require_POST
def send_test(request):
    try:
        settings = json.loads(request.body)
        target = settings.get("url") or DESTINATIONS[settings["kind"]]
    except (AttributeError, KeyError, TypeError, ValueError):
        return JsonResponse({"error": "unknown destination"}, status=400)
    event = {"kind": "test", "note": str(settings.get("url", ""))[:200]}
    deliver.delay(target, event)
    return JsonResponse({"queued": True}, status=202)
