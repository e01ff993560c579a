async def wait():
    await asyncio.sleep(1)
    pause = asyncio.sleep(1)
    await pause
