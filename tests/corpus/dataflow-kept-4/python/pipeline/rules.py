RULES = {
    "all": "True",
    "large": "row['amount'] > 1000",
    "foreign": "row['country'] != 'NL'",
}


def compile_rule(text):
    return eval("lambda row: " + text, {"__builtins__": {}})


def keep(rows, text):
    test = compile_rule(text)
    return [row for row in rows if test(row)]
