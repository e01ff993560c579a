import hashlib

from django.http import Http404, JsonResponse
from django.utils.crypto import constant_time_compare

from helper_09_django_inherited_algorithm_helper_bad import Current, Legacy

POLICIES = {"contract": Current, "receipt": Legacy}


def seal(content, kind):
    policy = POLICIES[kind]()
    engine = hashlib.new(policy.name)
    for _ in range(policy.rounds):
        engine.update(content)
    return policy.prefix + engine.hexdigest()


def check_contract(request):
    """Tells whether the contract is the one that both sides signed."""
    content = request.FILES["contract"].read()
    signed = request.session.get("signed_seal")
    if signed is None:
        raise Http404("nothing signed")
    actual = seal(content, "receipt")
    return JsonResponse({"same": constant_time_compare(actual, signed)})
