import os

DATABASE = os.environ.get("SHOP_DATABASE", "/var/lib/shop/shop.db")
PAGE_SIZE = 50
DATABASE_URL = os.environ.get("SHOP_DATABASE_URL", "postgresql+psycopg://shop@db/shop")
