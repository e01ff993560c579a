CURRENCIES = ("EUR", "USD", "GBP", "SEK")


def keep(request, **values):
    for key, value in values.items():
        request.session[key] = value
    request.session.modified = True


def supported(code):
    for known in CURRENCIES:
        if known == code:
            return known
    return CURRENCIES[0]
