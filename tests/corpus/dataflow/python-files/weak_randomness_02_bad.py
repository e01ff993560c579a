import random
import secrets
import time

from django.core.cache import cache
from django.http import JsonResponse


class Numbers:
    def __init__(self):
        self.spread = random.randrange(10**24)
        self.key = secrets.randbelow(10**24)

    def pair(self):
        return self.spread, self.key


def issue_session(request):
    spread, key = Numbers().pair()
    session_id = format(spread, "024d")
    time.sleep((key % 50) / 1000)
    cache.set("session:" + session_id, {"user": request.user.pk}, 3600)
    return JsonResponse({"session": session_id})
