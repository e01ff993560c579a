res.sendFile(path.join(folder, FILES[kind]));
