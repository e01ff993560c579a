const main = new BrowserWindow({ webPreferences: { nodeIntegration: true } });
