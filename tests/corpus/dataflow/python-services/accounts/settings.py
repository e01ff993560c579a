import os

SECRET = os.environ.get("ACCOUNTS_SECRET", "")
SITE = "https://accounts.shop.example"
TOKEN_AGE = 3600
