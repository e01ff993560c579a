async def wait():
    asyncio.sleep(1)
