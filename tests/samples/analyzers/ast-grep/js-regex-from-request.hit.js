const matcher = new RegExp(req.query.search, "i");
