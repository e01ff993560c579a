"""Import of identity-provider metadata in the settings pages."""
from django.contrib.auth.decorators import permission_required
from django.http import JsonResponse
from django.views.decorators.http import require_POST
from defusedxml.ElementTree import fromstring

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"


def parse(document):
    return fromstring(document, forbid_dtd=True)


def summary(root):
    locations = [
        node.get("Location") for node in root.iter(MD + "SingleSignOnService")
    ]
    return {
        "entity": root.get("entityID"),
        "organisation": root.findtext(f".//{MD}OrganizationName", ""),
        "endpoints": locations,
    }


@permission_required("accounts.change_provider")
@require_POST
def import_metadata(request):
    upload = request.FILES.get("metadata")
    document = upload.read() if upload else request.body
    try:
        root = parse(document)
    except (SyntaxError, ValueError):
        return JsonResponse({"error": "not usable as metadata"}, status=422)
    return JsonResponse(summary(root))
