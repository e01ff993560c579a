def total(items):
    result = 0
    for i in range(len(items)):
        result += items[i]
    for i in range(len(items) + 1):
        print(items[:i])
    return result
