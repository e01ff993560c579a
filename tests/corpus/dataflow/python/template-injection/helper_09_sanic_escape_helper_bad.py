import asyncio
import html

from jinja2 import Template

PATTERN = "<h1>{subject}</h1><p>Dear {{{{ reader }}}}, we write to you.</p><p>{{{{ sender }}}}</p>"


class Mailer:
    def __init__(self, sender):
        self.sender = sender
        self.waiting = asyncio.Queue()

    def compose(self, subject, reader):
        source = PATTERN.format(subject=html.escape(subject))
        return Template(source, autoescape=True).render(reader=reader, sender=self.sender)

    async def queue(self, text):
        await self.waiting.put(text)
