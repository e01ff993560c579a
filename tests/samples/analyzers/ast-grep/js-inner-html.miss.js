element.innerHTML = "<b>ready</b>";
element.textContent = name;
element.innerHTML = DOMPurify.sanitize(name);
