def login(user, password):
    log.info("login of %s, password of %d characters", user, len(password))
    print("password")
