stored = Digest::MD5.hexdigest(password + salt)
