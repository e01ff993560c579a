def login(user, password):
    log.info("login of %s with %s", user, password)
    print(f"{user} {user.api_key}")
