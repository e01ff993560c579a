res.sendFile(path.join(folder, req.params.name));
