frame.contentWindow.postMessage({ token }, "https://shop.test");
