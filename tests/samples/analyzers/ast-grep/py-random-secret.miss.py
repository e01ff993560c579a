import random, secrets
reset_token = secrets.token_urlsafe(32)
winner = random.choice(players)
tokens_left = random.randint(1, 6)
