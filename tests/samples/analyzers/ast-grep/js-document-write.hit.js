document.write("<p>" + location.hash + "</p>");
