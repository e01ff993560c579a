from Crypto.Hash import MD5, SHA256


def broken(data):
    SHA256.new(data)
    return MD5.new(data).hexdigest()  # expect: weak-hash
