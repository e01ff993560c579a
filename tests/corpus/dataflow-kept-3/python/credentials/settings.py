import os

SIGNING_KEY = os.environ["SIGNING_KEY"].encode()
OLD_DIGEST = "sha1"
DIGEST = "sha256"
LINK_LIFETIME = 3600
