stored = Digest::MD5.hexdigest(File.read(path))
