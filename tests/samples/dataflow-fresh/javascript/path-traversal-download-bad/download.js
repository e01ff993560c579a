const path = require('path');
const fs = require('fs');
const express = require('express');

const ROOT = path.resolve(__dirname, 'files');
const router = express.Router();

router.get('/download', (req, res, next) => {
  const file = path.join(ROOT, req.query.name);
  fs.stat(file, (err, stat) => {
    if (err) return next(err);
    res.setHeader('Content-Length', stat.size);
    fs.createReadStream(file).pipe(res);
  });
});
module.exports = router;
