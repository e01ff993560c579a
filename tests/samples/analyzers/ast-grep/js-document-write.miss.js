document.write("<p>ready</p>");
