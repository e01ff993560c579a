from django.http import HttpResponse, JsonResponse
from django.template import TemplateSyntaxError, engines
from django.utils.html import escape

BANNERS = {
    "sale": "<b>Sale until {{ day }}</b>",
    "news": "<b>News of {{ day }}</b>",
}


def banner(request):
    engine = engines["django"]
    kind = request.GET.get("kind", "news")
    texts = [BANNERS["news"], BANNERS.get(kind), escape(request.GET.get("text", ""))]
    chosen = texts[1] or texts[0]
    try:
        template = engine.from_string(chosen)
    except TemplateSyntaxError:
        return JsonResponse({"error": "banner unusable"}, status=400)
    context = {"day": "Monday", "text": texts[2], "user": request.user}
    return HttpResponse(template.render(context, request))
