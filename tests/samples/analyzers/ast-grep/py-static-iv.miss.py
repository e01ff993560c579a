cipher = AES.new(key, AES.MODE_CBC, os.urandom(16))
