"""Password reset by mail."""
import random
import string
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import models
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

ALPHABET = string.ascii_letters + string.digits
GREETINGS = ["Hello", "Hi", "Good day"]


class ResetRequest(models.Model):
    user = models.ForeignKey("auth.User", on_delete=models.CASCADE)
    token = models.CharField(max_length=40, unique=True)
    expires = models.DateTimeField()


def new_token(length=40):
    return "".join(random.choice(ALPHABET) for _ in range(length))


@require_POST
def request_reset(request):
    user = get_user_model().objects.filter(email=request.POST.get("email", "")).first()
    if user is not None:
        reset = ResetRequest.objects.create(
            user=user, token=new_token(), expires=timezone.now() + timedelta(hours=1)
        )
        greeting = random.choice(GREETINGS)
        send_mail(
            "Reset your password",
            f"{greeting},\n\nhttps://app.example.com/reset/{reset.token}\n",
            "accounts@example.com",
            [user.email],
        )
    return HttpResponse("If the address is known, a mail is on its way.")
