const { execSync } = require('child_process');

export async function POST(request) {
  const posted_json = await request.json();
  execSync('ls ' + posted_json.dir); // expect: command-injection
}

export async function GET(asked_url) {
  const { searchParams } = new URL(asked_url.url);
  execSync('ls ' + searchParams.get('dir')); // expect: command-injection
}

export async function PUT(asked_header) {
  execSync('ls ' + asked_header.headers.get('x-dir')); // expect: command-injection
}

export async function DELETE(request) {
  const name = await request.text();
  return new Response('<p>' + name + '</p>', { headers: { 'content-type': 'text/html' } }); // expect: cross-site-scripting
}

export async function PATCH(request) {
  const name = await request.text();
  return new Response('<p>' + name + '</p>', { headers: { 'Content-Type': 'text/html' } }); // expect: cross-site-scripting
}

export async function loader({ request }) {
  return Response.redirect(await request.text(), 302); // expect: open-redirect
}

function fetch_event(req, res) {
  addEventListener('fetch', function fetch_event(happening) {
    happening.respondWith(Response.redirect(happening.request.headers.get('x-next'))); // expect: open-redirect
  });
}
