claims = jwt.decode(token, options={"verify_signature": False})
claims = jwt.decode(token, key, verify=False)
