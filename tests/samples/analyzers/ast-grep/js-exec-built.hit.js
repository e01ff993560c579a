const { exec } = require("child_process");
exec(`ls ${folder}`, done);
