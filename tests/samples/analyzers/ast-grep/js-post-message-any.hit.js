frame.contentWindow.postMessage({ token }, "*");
