const main = new BrowserWindow({ webPreferences: { nodeIntegration: false, contextIsolation: true } });
