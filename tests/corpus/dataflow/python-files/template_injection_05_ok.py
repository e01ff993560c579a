from django.http import JsonResponse
from django.template import Context, Engine

ENGINE = Engine(autoescape=True)


class Notice:
    pattern = "{{ count }} new items"

    def __init__(self, pattern):
        self.given = pattern

    def render(self, **values):
        return ENGINE.from_string(self.pattern).render(Context(values))


def notice(request):
    asked = request.COOKIES.get("notice", "")
    message = Notice(asked).render(count=3, request=request)
    return JsonResponse({"length": len(message)})
