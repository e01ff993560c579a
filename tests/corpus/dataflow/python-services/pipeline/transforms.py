TRANSFORMS = {
    "cents": "lambda row: {**row, 'amount': int(row['amount']) * 100}",
    "upper": "lambda row: {**row, 'name': row['name'].upper()}",
    "drop_empty": "lambda row: {k: v for k, v in row.items() if v}",
}


class UnknownTransform(LookupError):
    pass


def find_source(name):
    """The source of a named transform, or the one given in place."""
    return TRANSFORMS.get(name, name)


def named_source(name):
    """The source of a named transform."""
    try:
        return TRANSFORMS[name]
    except (KeyError, TypeError):
        raise UnknownTransform("no such transform") from None
