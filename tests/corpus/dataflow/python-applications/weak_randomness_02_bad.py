import random

from django.core.cache import cache
from django.core.mail import send_mail
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from members.accounts import accounts
from members.codes import CodeMaker

LIFETIME = 600


def code_maker():
    return CodeMaker(random.Random())


class LoginCodes:
    def __init__(self, maker):
        self.maker = maker

    def start(self, account):
        code = self.maker.make()
        cache.set(f"login-code:{account.id}", code, LIFETIME)
        send_mail("Your login code", f"Your code is {code}", "door@club.example", [account.email])

    def confirm(self, account, code):
        kept = cache.get(f"login-code:{account.id}")
        cache.delete(f"login-code:{account.id}")
        return kept is not None and kept == code


codes = LoginCodes(code_maker())


@require_POST
def request_code(request):
    account = accounts.by_email(request.POST.get("email", ""))
    if account is not None:
        codes.start(account)
    return JsonResponse({"sent": True})


@require_POST
def confirm_code(request):
    account = accounts.by_email(request.POST.get("email", ""))
    good = account is not None and codes.confirm(account, request.POST.get("code", ""))
    return JsonResponse({"ok": good}, status=200 if good else 403)
