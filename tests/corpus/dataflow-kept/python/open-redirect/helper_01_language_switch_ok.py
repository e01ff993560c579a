"""Questions about addresses."""
from django.utils.http import url_has_allowed_host_and_scheme


def local(request, address):
    """Tell whether an address belongs to this site."""
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
