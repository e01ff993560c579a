function address_part() {
  document.getElementById('q').innerHTML = decodeURIComponent(location.hash); // expect: cross-site-scripting
}

function address_path() {
  document.getElementById('q').innerHTML = decodeURIComponent(window.location.pathname); // expect: cross-site-scripting
}

function document_address() {
  document.write('<a href="' + document.URL + '">here</a>'); // expect: cross-site-scripting
}

function referrer() {
  document.write('Welcome from ' + document.referrer); // expect: cross-site-scripting
}

function page_cookies() {
  eval(document.cookie.split('=')[1]); // expect: code-injection
}

function window_name() {
  document.body.innerHTML = window.name; // expect: cross-site-scripting
}

function posted_message(req, res) {
  window.addEventListener('message', function posted_message(event) {
    document.body.innerHTML = event.data.html; // expect: cross-site-scripting
  });
}

function history_state() {
  document.body.innerHTML = history.state.html; // expect: cross-site-scripting
}

function stored_value() {
  eval(localStorage.getItem('script')); // expect: code-injection
}

function markup_store() {
  const box = document.querySelector('#box');
  box.innerHTML = '<b>' + location.hash + '</b>'; // expect: cross-site-scripting
  box.textContent = location.hash;
}

function markup_call() {
  document.body.insertAdjacentHTML('beforeend', location.hash); // expect: cross-site-scripting
}

function markup_parse() {
  const part = document.createRange().createContextualFragment(location.hash); // expect: cross-site-scripting
  document.body.append(part);
}

function page_write() {
  document.writeln(location.search); // expect: cross-site-scripting
}

function element_address() {
  document.querySelector('a').href = new URLSearchParams(location.search).get('next'); // expect: cross-site-scripting
}

function element_content() {
  const script = document.createElement('script');
  script.src = new URLSearchParams(location.search).get('cdn'); // expect: cross-site-scripting
}

function event_attribute() {
  document.body.setAttribute('onclick', 'go(' + location.hash + ')'); // expect: code-injection
}

function address_attribute() {
  const frame = document.createElement('iframe');
  frame.setAttribute('srcdoc', location.hash); // expect: cross-site-scripting
}

function page_moves() {
  location.href = new URLSearchParams(location.search).get('next'); // expect: open-redirect
}

function page_replaced() {
  window.location.replace(new URLSearchParams(location.search).get('next')); // expect: open-redirect
}

function window_opened() {
  window.open(new URLSearchParams(location.search).get('next')); // expect: open-redirect
}

function picture() {
  const image = document.createElement('img');
  image.src = new URLSearchParams(location.search).get('photo');
}

function script_text(node) {
  node.text = decodeURIComponent(location.hash);
  const script = document.createElement('script');
  script.text = decodeURIComponent(location.hash); // expect: code-injection
}

function worker_address() {
  return new Worker(new URLSearchParams(location.search).get('worker')); // expect: code-injection
}

function cookie_text() {
  document.cookie = 'sid=1; path=/'; // expect: insecure-cookie
}

function subtle_digest(data) {
  return crypto.subtle.digest('SHA-1', data); // expect: weak-hash
}

function subtle_digest_named(data) {
  return crypto.subtle.digest({ name: 'SHA-1' }, data); // expect: weak-hash
}

function message_handler(req, res) {
  window.addEventListener('message', function message_handler(incoming) {
    eval(incoming.data); // expect: code-injection
  });
}

function event_handler(req, res) {
  document.body.addEventListener('click', function event_handler(happening) {
    happening.target.innerHTML = location.hash; // expect: cross-site-scripting
  });
}

function selected() {
  document.evaluate("//a[@id='" + location.hash + "']", document); // expect: xpath-injection
}

function purified() {
  document.body.innerHTML = DOMPurify.sanitize(location.hash);
}

function message_sender(req, res) {
  window.addEventListener('message', function message_sender(event) {
    if (event.origin !== 'https://pay.example.com') {
      window.location.replace(event.origin); // expect: open-redirect
      return;
    }
    document.body.innerHTML = event.data.html;
  });
}
