from django.conf import settings
from django.core import signing


def identity(request):
    ticket = request.headers.get("X-Sso-Ticket", "")
    try:
        content = signing.loads(ticket, key=settings.SSO_KEY, max_age=60)
    except signing.BadSignature:
        content = {"person": None}
    return content["person"]
