cipher = AES.new(key, AES.MODE_CBC, b"0123456789abcdef")
