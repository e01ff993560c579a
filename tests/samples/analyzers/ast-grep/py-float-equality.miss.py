def is_whole(total):
    return total == 1.0 or math.isclose(total, 0.1)
