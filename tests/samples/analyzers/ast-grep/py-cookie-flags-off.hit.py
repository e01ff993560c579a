response.set_cookie("session", value, secure=False, httponly=True)
