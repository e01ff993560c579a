const { execFile } = require("child_process");
execFile("ls", [folder], done);
const found = /a(b)/.exec(`x${folder}`);
