state = Marshal.load(cookies[:state])
