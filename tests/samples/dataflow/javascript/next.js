const { NextResponse } = require('next/server');
const { redirect } = require('next/navigation');
const { cookies, headers } = require('next/headers');
const { execSync } = require('child_process');
const { serialize } = require('cookie');

export async function middleware(request) {
  return NextResponse.redirect(request.nextUrl.searchParams.get('next')); // expect: open-redirect
}

export async function cookie_read() {
  const store = await cookies();
  execSync('ls ' + store.get('dir').value); // expect: command-injection
}

export async function header_read() {
  const all = await headers();
  execSync('ls ' + all.get('x-dir')); // expect: command-injection
}

export async function getServerSideProps(page_context) {
  execSync('ls ' + page_context.query.dir); // expect: command-injection
  return { props: {} };
}

export async function DELETE(request, { params }) {
  execSync('ls ' + params.dir); // expect: command-injection
}

export async function redirected(request, response) {
  redirect(request.query.next); // expect: open-redirect
}

export async function redirected_response(request, response) {
  return NextResponse.redirect(new URL(request.query.next)); // expect: open-redirect
}

export async function page_sent(request, response) {
  return new NextResponse('<p>' + request.query.q + '</p>', { headers: { 'content-type': 'text/html' } }); // expect: cross-site-scripting
}

export async function page_sent_large(request, response) {
  return new NextResponse('<p>' + request.query.q + '</p>', { headers: { 'Content-Type': 'text/html' } }); // expect: cross-site-scripting
}

export async function cookie_plain() {
  const store = await cookies();
  store.set('sid', 'abc', { httpOnly: true }); // expect: insecure-cookie
}

export async function cookie_insecure() {
  const store = await cookies();
  store.set('sid', 'abc', { secure: false }); // expect: insecure-cookie
}

export async function GET(asked) {
  redirect(asked.nextUrl.searchParams.get('next')); // expect: open-redirect
}

export async function cookie_object() {
  const store = await cookies();
  store.set({ name: 'sid', value: 'abc' }); // expect: insecure-cookie
}

export async function proxy(asked) {
  return new Function(asked.nextUrl.href)(); // expect: code-injection
}

export async function saved(formData) {
  redirect(formData.get('next')); // expect: open-redirect
}

export async function posted(form) {
  'use server';
  redirect(form.get('next')); // expect: open-redirect
}

export async function changed(prevState, formData) {
  redirect(formData.get('next')); // expect: open-redirect
}
