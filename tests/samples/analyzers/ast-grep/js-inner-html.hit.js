element.innerHTML = "<b>" + name + "</b>";
