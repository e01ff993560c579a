from ldap.filter import filter_format


def fill(template, *values):
    return template % tuple(value.strip() for value in values)


def fill_escaped(template, *values):
    return filter_format(template, [value.strip() for value in values])
