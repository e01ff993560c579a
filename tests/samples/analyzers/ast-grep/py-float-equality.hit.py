def is_tenth(total):
    return total == 0.1
