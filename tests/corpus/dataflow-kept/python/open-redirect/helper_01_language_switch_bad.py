"""Questions about addresses."""


def local(request, address):
    """Tell whether an address belongs to this site."""
    own = request.build_absolute_uri("/")
    return address.startswith(("/", own))
