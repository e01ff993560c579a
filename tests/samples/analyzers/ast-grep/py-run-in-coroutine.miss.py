async def work():
    pass
def main():
    asyncio.run(work())
