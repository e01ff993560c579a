CORS(app, origins=["https://shop.test"], supports_credentials=True)
