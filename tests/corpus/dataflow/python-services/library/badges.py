class BadgeError(ValueError):
    pass


def padded_badge(raw):
    """Badges are printed with six places."""
    badge = raw.strip().zfill(6)
    if badge == "000000":
        raise BadgeError("badge is empty")
    return badge


def badge_number(raw):
    """Badges are printed with six places."""
    try:
        number = int(raw.strip())
    except ValueError:
        raise BadgeError("badge is not a number") from None
    return format(number, "06d")
