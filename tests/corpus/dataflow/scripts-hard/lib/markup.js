'use strict';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function encodeText(value) {
  return String(value).replace(/[&<>"']/g, (ch) => ENTITIES[ch]);
}

function encodeQuotes(value) {
  return String(value).replace(/["']/g, (ch) => ENTITIES[ch]);
}

class Page {
  constructor(title) {
    this.title = title;
    this.sections = [];
  }

  section(markup) {
    this.sections.push(`<section>${markup}</section>`);
    return this;
  }

  toString() {
    return `<!doctype html><html><head><title>${this.title}</title></head><body>${this.sections.join('')}</body></html>`;
  }
}

module.exports = { Page, encodeText, encodeQuotes };
