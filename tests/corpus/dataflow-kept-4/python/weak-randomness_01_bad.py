import random

from django.core.mail import send_mail
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from accounts.tokens import grouped, make_token

source = random.Random()


@require_POST
def forgot(request):
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.filter(email=request.POST.get("email", "")).first()
    if user is not None:
        token = make_token(source, 30)
        user.profile.reset_token = token
        user.profile.save(update_fields=["reset_token"])
        send_mail(
            "Your reset code",
            "Enter this code: " + grouped(token),
            "no-reply@meadow.example",
            [user.email],
        )
    return JsonResponse({"sent": True})
