app.use(cors({ origin: "https://shop.test", credentials: true }));
