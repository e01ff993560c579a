from django.template import Context, Template, engines
from django.http import HttpResponse


def sign(request):
    name = request.POST.get("name", "")
    parts = ["Dear {{ name }},", "", "your text"]
    parts.insert(1, name)
    template = engines["django"].from_string("\n".join(parts))
    return HttpResponse(template.render({"name": name}))
