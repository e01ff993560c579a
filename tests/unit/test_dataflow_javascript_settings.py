"""Options, sizes and inherited members in JavaScript and TypeScript: what a program sets in one way or another."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

PROGRAMS = {
    "an option that only one way sets": """
const express = require('express');
const app = express();
function flags(persistent) {
  const options = { httpOnly: true };
  if (persistent) {
    options.secure = true;
  }
  return options;
}
app.get('/a', (req, res) => {
  res.cookie('sid', '1', flags(req.query.remember === '1')); // expect: insecure-cookie
});
""",
    "an option that the environment decides": """
const express = require('express');
const app = express();
const production = process.env.NODE_ENV === 'production';
function flags() {
  const options = { httpOnly: true };
  if (production) {
    options.secure = true;
  }
  return options;
}
app.get('/a', (req, res) => {
  res.cookie('sid', '1', flags());
  res.cookie('sid', '1', { secure: production ? true : false });
  res.cookie('sid', '1', { secure: production ? true : undefined });
});
""",
    "an option that each way sets": """
const express = require('express');
const app = express();
function flags(persistent) {
  const options = { httpOnly: true };
  if (persistent) {
    options.maxAge = 3600;
    options.secure = true;
  } else {
    options.secure = true;
  }
  return options;
}
app.get('/a', (req, res) => {
  res.cookie('sid', '1', flags(req.query.remember === '1'));
});
""",
    "an option that one way sets over a good default": """
const express = require('express');
const app = express();
app.get('/a', (req, res) => {
  const more = {};
  if (req.query.remember) {
    more.secure = true;
  }
  res.cookie('sid', '1', { secure: true, ...more });
  res.cookie('sid', '1', Object.assign({ secure: true }, more));
});
""",
    "an option that is undefined": """
const express = require('express');
const app = express();
app.get('/a', (req, res) => {
  res.cookie('sid', '1', { secure: undefined }); // expect: insecure-cookie
  res.cookie('sid', '1', { secure: process.env.NODE_ENV === 'production' });
});
""",
    "a getter of the class above": """
const Koa = require('koa');
class Policy {
  get secure() { return true; }
  options() { return { secure: this.secure }; }
}
class Open extends Policy {
  get secure() { return !super.secure; }
  options() { return { ...super.options(), maxAge: 1 }; }
}
class Closed extends Policy {
  get secure() { return super.secure || false; }
  options() { return { ...super.options(), maxAge: 1 }; }
}
const app = new Koa();
const open = new Open();
const closed = new Closed();
app.use((ctx) => {
  ctx.cookies.set('a', '1', open.options()); // expect: insecure-cookie
  ctx.cookies.set('b', '1', closed.options());
});
""",
    "how many elements a list has that holds data": """
const fs = require('fs');
const app = require('express')();
app.get('/a', (req, res) => {
  const names = [].concat(req.query.name || []).map(String);
  const file = names.length === 1 ? names[0] : null;
  if (file === null) {
    return;
  }
  fs.readFileSync(file); // expect: path-traversal
});
""",
    "a list that grows in a loop": """
const fs = require('fs');
const app = require('express')();
app.get('/a', (req, res) => {
  const letters = ['a'];
  while (letters.length < 24) {
    letters.push('b');
  }
  fs.readFileSync(req.query.name); // expect: path-traversal
});
""",
    "how long a table of functions is": """
const fs = require('fs');
const app = require('express')();
app.get('/a', (req, res) => {
  const readers = [(name) => fs.readFileSync(name), (name) => name];
  readers[readers.length - 1](req.query.name);
});
""",
    "a copy of the whole text": """
import libxml from 'libxmljs2';
import express from 'express';
const app = express();
app.post('/a', (req, res) => {
  const whole = req.body.slice(0);
  if (/<!DOCTYPE|<!ENTITY/i.test(whole)) {
    return;
  }
  libxml.parseXml(req.body, { noent: true });
});
app.post('/b', (req, res) => {
  const head = req.body.slice(0, 200);
  if (/<!DOCTYPE|<!ENTITY/i.test(head)) {
    return;
  }
  libxml.parseXml(req.body, { noent: true }); // expect: xml-external-entities
});
app.post('/c', (req, res) => {
  if (req.body.includes('<!ENTITY')) {
    return;
  }
  libxml.parseXml(req.body, { noent: true }); // expect: xml-external-entities
});
""",
    "either of two texts is in the list": """
import got from 'got';
import express from 'express';
const app = express();
const hosts = new Set(['img.example.com', 'cdn.example.com']);
app.get('/a', async (req, res) => {
  const url = new URL(req.query.picture);
  if (!hosts.has(url.searchParams.get('host') ?? url.hostname)) {
    return;
  }
  await got.head(url); // expect: server-side-request-forgery
});
app.get('/b', async (req, res) => {
  const url = new URL(req.query.picture);
  if (!hosts.has(url.hostname || url.host)) {
    return;
  }
  await got.head(url);
});
""",
}
TYPED = {
    "a number that a function called later counts on": """
export function wait(form: HTMLFormElement) {
  let seconds = 3;
  const timer = setInterval(() => {
    seconds -= 1;
    if (seconds > 0) return;
    clearInterval(timer);
    window.location.replace(window.location.hash.slice(1)); // expect: open-redirect
  }, 1000);
}
let left = 3;
setInterval(() => {
  left -= 1;
  if (left > 0) return;
  window.location.replace(window.location.hash.slice(1)); // expect: open-redirect
}, 1000);
""",
    "what a server action is handed": """
'use server';
import { redirect } from 'next/navigation';
async function save(form: FormData): Promise<{ path: string; section: string }> {
  const section = String(form.get('section'));
  const path = form.get('back')?.toString() ?? '/settings';
  return { path, section };
}
export async function savePreferences(form: FormData): Promise<void> {
  const { path } = await save(form);
  redirect(path); // expect: open-redirect
}
export async function reset(form: FormData): Promise<void> {
  const { section } = await save(form);
  redirect(section === 'team' ? '/settings/team' : '/settings/billing');
}
""",
    "what a decorator says of a parameter": """
import { Body, Controller, Post, Session, UploadedFile } from '@nestjs/common';
import * as libxml from 'libxmljs';
class Limit {
  readonly limit!: number;
}
@Controller('account')
export class AccountController {
  @Post('limit')
  limit(@Body() dto: Limit, @Session() session: { limit?: number }) {
    session.limit = dto.limit; // expect: trust-boundary
  }
  @Post('tracks')
  tracks(@UploadedFile() file: { buffer: Buffer }) {
    libxml.parseXml(file.buffer.toString('utf8'), { noent: 'gpx'.length === 3 }); // expect: xml-external-entities
    libxml.parseXml(file.buffer.toString('utf8'), { noent: 'gpx'.length !== 3 });
  }
}
""",
}


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in PROGRAMS.items()])
def test_in_javascript(code: str) -> None:
    marked(code, "main.mjs")


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in TYPED.items()])
def test_in_typescript(code: str) -> None:
    marked(code, "main.ts")
