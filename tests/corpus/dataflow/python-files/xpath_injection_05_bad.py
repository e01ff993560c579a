import elementpath
from django.http import HttpResponseBadRequest, JsonResponse
from lxml import etree

LINES = etree.fromstring("<lines><line nr='4' depot='west'/><line nr='9' depot='east'/></lines>")


def depot(request, number):
    wanted = request.META.get("HTTP_X_LINE", number)
    try:
        parsed = int(wanted)
    except ValueError:
        parsed = wanted
    else:
        parsed = abs(parsed)
    finally:
        count = len(LINES)
    nodes = elementpath.select(LINES, "//line[@nr=" + str(parsed) + "]")
    return JsonResponse({"found": len(nodes), "of": count})
