const { DomSanitizer } = require('@angular/platform-browser');
const { ActivatedRoute } = require('@angular/router');

function route_snapshot() {
  const route = new ActivatedRoute();
  document.body.innerHTML = route.snapshot.queryParams.q; // expect: cross-site-scripting
}

function route_changes() {
  const route = new ActivatedRoute();
  route.queryParams.subscribe((params) => {
    document.body.innerHTML = params.q; // expect: cross-site-scripting
  });
}

function trusted_html() {
  const sanitizer = new DomSanitizer();
  return sanitizer.bypassSecurityTrustHtml(location.hash); // expect: cross-site-scripting
}

function trusted_script() {
  const sanitizer = new DomSanitizer();
  return sanitizer.bypassSecurityTrustScript(location.hash); // expect: code-injection
}

function sanitized_html() {
  const sanitizer = new DomSanitizer();
  document.body.innerHTML = sanitizer.sanitize(1, location.hash);
}
