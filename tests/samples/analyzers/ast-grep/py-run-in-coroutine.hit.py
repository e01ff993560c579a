async def main():
    asyncio.run(work())
