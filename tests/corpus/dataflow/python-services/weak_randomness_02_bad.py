import logging

from django import forms
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.mail import send_mail
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from accounts.codes import ALPHABET, pick
from accounts.settings import TOKEN_AGE

log = logging.getLogger(__name__)

TEXT = "Somebody wants to reset your password. The code is %s."


class ResetForm(forms.Form):
    email = forms.EmailField()


def reset_code(length=20, group=5):
    chars = [pick(ALPHABET) for _ in range(length)]
    groups = ("".join(chars[i : i + group]) for i in range(0, length, group))
    return "-".join(groups)


class ResetService:
    def start(self, email):
        user = get_user_model().objects.filter(email__iexact=email).first()
        if user is None:
            log.info("reset for an unknown address")
            return
        code = reset_code()
        cache.set(f"reset:{user.pk}", code, timeout=TOKEN_AGE)
        send_mail("Your code", TEXT % code, None, [user.email])


@require_POST
def start_reset(request):
    form = ResetForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": "an address is needed"}, status=400)
    try:
        ResetService().start(form.cleaned_data["email"])
    except OSError:
        log.exception("the code could not be sent")
        return JsonResponse({"error": "try again later"}, status=503)
    return JsonResponse({"status": "sent"})
