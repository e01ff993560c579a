try:
    os.remove(path)
except FileNotFoundError:
    pass
