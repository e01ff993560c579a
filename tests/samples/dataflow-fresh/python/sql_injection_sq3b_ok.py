import functools
from django.contrib.auth.models import User
from django.http import JsonResponse


def parse_int(default):
    def parse(text):
        try:
            return int(text)
        except (TypeError, ValueError):
            return default
    return parse


def listing(request):
    limit = functools.reduce(lambda value, f: f(value), [str.strip, parse_int(10)], request.GET.get("limit", "10"))
    found = User.objects.raw("SELECT * FROM auth_user ORDER BY id LIMIT %s" % limit)
    return JsonResponse({"users": [u.username for u in found]})
