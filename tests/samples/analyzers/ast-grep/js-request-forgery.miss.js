const page = await fetch(SERVICE, { body: req.query.url });
