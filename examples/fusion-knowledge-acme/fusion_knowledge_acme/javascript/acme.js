import { quote, rows } from "@acme/db";
import { page } from "@acme/web";

function orders(request) {
  return rows("SELECT * FROM orders WHERE customer = '" + request.fields.customer + "'"); // expect: sql-injection
}

function quoted(request) {
  return rows("SELECT * FROM orders WHERE customer = " + quote(request.fields.customer));
}

function greeting(request) {
  return `<p>Hello, ${request.fields.name}</p>`; // expect: cross-site-scripting
}

page("/orders", orders);
page("/quoted", quoted);
page("/greeting", greeting);
