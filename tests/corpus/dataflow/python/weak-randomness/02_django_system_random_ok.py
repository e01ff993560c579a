import random

from django.core.cache import cache
from django.http import JsonResponse
from django.views.decorators.http import require_POST

GENERATOR = random.SystemRandom()


class OneTimeCode:
    def __init__(self, digits=6):
        self.digits = digits

    def issue(self):
        return "".join(str(GENERATOR.randint(0, 9)) for _ in range(self.digits))


@require_POST
def send_code(request):
    code = OneTimeCode(8).issue()
    cache.set(f"otp:{request.user.pk}", code, timeout=300)
    request.user.email_user("Your code", f"Enter {code} to go on.")
    return JsonResponse({"sent": True})
