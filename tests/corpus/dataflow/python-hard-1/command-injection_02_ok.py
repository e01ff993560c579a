import asyncio
import ipaddress
from abc import ABC, abstractmethod

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI(title="reachability")


class ProbeOrder(BaseModel):
    address: str
    count: int = 3


class Probe(ABC):
    @abstractmethod
    def command(self, order: ProbeOrder) -> str: ...

    async def run(self, order: ProbeOrder) -> bool:
        process = await asyncio.create_subprocess_shell(
            self.command(order),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await process.wait() == 0


class PingProbe(Probe):
    def command(self, order):
        return "ping -c %d -W 2 %s" % (order.count, order.address)


class AddressPolicy:
    def check(self, order: ProbeOrder) -> ProbeOrder:
        try:
            ipaddress.IPv4Address(order.address)
        except ValueError:
            raise HTTPException(422, "not an address")
        if not 0 < order.count < 10:
            raise HTTPException(422, "count out of range")
        return order


class ProbeService:
    def __init__(self, policy: AddressPolicy, probe: Probe):
        self.policy = policy
        self.probe = probe

    async def reachable(self, order):
        return await self.probe.run(self.policy.check(order))


service = ProbeService(AddressPolicy(), PingProbe())


@app.post("/probe")
async def probe(order: ProbeOrder):
    return {"reachable": await service.reachable(order)}
