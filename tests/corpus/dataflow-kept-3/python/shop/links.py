from urllib.parse import quote, urlsplit

HOME = "https://shop.example.com/"
HOSTS = {"shop.example.com", "help.example.com"}


def host_of(url):
    return (urlsplit(url).hostname or "").lower()


class Link:
    def __init__(self, url):
        self.url = url
        self.host = host_of(url)

    @property
    def ours(self):
        return self.host.endswith("example.com")

    @property
    def listed(self):
        return self.host in HOSTS

    def rebuilt(self):
        path = urlsplit(self.url).path.lstrip("/")
        for host in HOSTS:
            if host == self.host:
                return "https://" + host + "/" + quote(path)
        return HOME
