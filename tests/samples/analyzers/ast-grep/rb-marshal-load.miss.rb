state = JSON.parse(cookies[:state])
