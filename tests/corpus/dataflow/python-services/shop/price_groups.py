PRICE_GROUPS = {
    "std": "standard",
    "edu": "education",
    "res": "reseller",
}
OPEN_GROUPS = {"std": "standard", "edu": "education"}


class GroupError(LookupError):
    pass


def group_name(code):
    code = code.strip().lower()
    return PRICE_GROUPS.get(code, code)


def open_group_name(code):
    code = code.strip().lower()
    if code not in OPEN_GROUPS:
        raise GroupError("group is not open")
    return OPEN_GROUPS[code]
