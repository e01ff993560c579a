PARTNERS = {
    "maps": "https://maps.partner.example/start",
    "bank": "https://bank.partner.example/login",
    "post": "https://post.partner.example/track",
}


class UnknownPartner(LookupError):
    pass


def target_of(code):
    return PARTNERS.get(code.lower(), code)


def registered_target(code):
    target = PARTNERS.get(code.lower())
    if target is None:
        raise UnknownPartner("partner is not registered")
    return target
