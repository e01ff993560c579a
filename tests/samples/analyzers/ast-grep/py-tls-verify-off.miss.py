import requests
def get(url, token):
    jwt_check(token, verify=False)
    return requests.get(url, timeout=5, verify="/etc/ca.pem")
