function html_text() {
  $('#box').html(location.hash); // expect: cross-site-scripting
  $('#box').text(location.hash);
}

function dollar_text() {
  return $('<p>' + decodeURIComponent(location.hash) + '</p>'); // expect: cross-site-scripting
}

function parse_html() {
  return $.parseHTML(location.hash, document, true); // expect: cross-site-scripting
}

function attribute_address() {
  $('a.next').attr('href', new URLSearchParams(location.search).get('next')); // expect: cross-site-scripting
}

function global_eval() {
  $.globalEval(location.hash); // expect: code-injection
}

function script_address() {
  $.getScript(new URLSearchParams(location.search).get('lib')); // expect: code-injection
}

function deep_extend(req, res) {
  $.extend(true, {}, JSON.parse(req.query.options)); // expect: prototype-pollution
}

function text_put(req, res) {
  $('#notice').append($('<strong>').text(location.hash));
}
