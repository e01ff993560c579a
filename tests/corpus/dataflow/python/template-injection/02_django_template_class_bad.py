from django.http import HttpResponse
from django.template import Context, Template
from django.views.decorators.http import require_POST

LETTER = "<p>Dear {{ customer }},</p><p>{{ message }}</p>"


@require_POST
def letter(request):
    message = request.POST.get("message", "")
    customer = request.user.get_full_name()
    context = Context({"customer": customer, "message": message, "user": request.user})
    template = Template("<p>Dear {{ customer }},</p><p>" + message + "</p>")
    return HttpResponse(template.render(context))


def preview(request):
    context = Context({"customer": "A. Reader", "message": "Thank you."})
    return HttpResponse(Template(LETTER).render(context))
