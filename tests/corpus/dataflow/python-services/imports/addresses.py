from urllib.parse import urlsplit

IMAGE_HOSTS = ("images.supplier.example", "cdn.supplier.example")


class AddressError(ValueError):
    pass


def image_address(url):
    if not url.startswith("https://"):
        raise AddressError("only https is taken")
    if not any(host in url for host in IMAGE_HOSTS):
        raise AddressError("host is not known")
    return url


def supplier_address(url):
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.netloc not in IMAGE_HOSTS:
        raise AddressError("host is not known")
    return parts.geturl()
