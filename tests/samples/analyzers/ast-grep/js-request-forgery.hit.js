const page = await fetch(req.query.url);
