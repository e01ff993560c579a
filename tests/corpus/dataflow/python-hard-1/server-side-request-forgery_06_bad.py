import os
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from playwright.sync_api import sync_playwright
from slack_bolt import App

app = App(token=os.environ["SLACK_TOKEN"], signing_secret=os.environ["SLACK_SECRET"])
SITES = {
    "www.example.org": "https://www.example.org",
    "blog.example.org": "https://blog.example.org",
}


def is_public(host):
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host


def preview_address(text):
    parts = urlsplit(text.strip())
    host = parts.hostname or ""
    if not is_public(host):
        return None
    site = SITES.get(host, f"https://{host}")
    return site + "/" + quote(parts.path.lstrip("/"))


def title_of(address):
    with sync_playwright() as driver:
        browser = driver.chromium.launch()
        try:
            page = browser.new_page()
            page.goto(address, timeout=10_000)
            return page.title()
        finally:
            browser.close()


@app.command("/preview")
def preview(ack, respond, command):
    ack()
    address = preview_address(command.get("text", ""))
    if address is None:
        respond("That address cannot be previewed.")
        return
    respond(f"Page title has {len(title_of(address))} characters.")


if __name__ == "__main__":
    app.start(port=3000)
