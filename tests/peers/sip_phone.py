"""A telephone in a process of its own: real SIP and RTP, told by lines of JSON what to do.

    python tests/peers/sip_phone.py USER PORT [answers|busy|declines]

It follows a REFER, as telephones do. It prints what happens to it, a JSON object a line; `heard` tells how many
loud samples came so far.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
from typing import Any

from baresip import Account, BaresipError, Config, Runtime, UserAgent

TONE = struct.pack("<160h", *((n % 40 - 20) * 900 for n in range(160)))


def tell(**what: Any) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - it talks over its standard output


class Phone:
    """One telephone with at most a few calls."""

    def __init__(self, agent: UserAgent, manner: str) -> None:
        self.agent = agent
        self.manner = manner
        self.call: Any = None
        self.loud = 0
        self.tasks: set[asyncio.Task[None]] = set()

    def incoming(self, call: Any) -> None:
        tell(ringing=str(call.peer))
        self.later(self.pick_up(call))

    async def pick_up(self, call: Any) -> None:
        if self.manner == "busy":
            await call.reject()
            return
        self.adopt(call)
        await call.answer()

    def adopt(self, call: Any) -> None:
        self.call = call
        call.on(lambda event: tell(event=event.event.name, call=call.handle))
        call.on_dtmf(lambda digit: tell(digit=digit.digit))
        self.later(self.listen(call))

    async def listen(self, call: Any) -> None:
        while call.state.value != "closed":
            try:
                pcm = call.audio.read(1 << 14)
            except BaresipError:
                pcm = b""
            self.loud += sum(abs(level) > 3000 for (level,) in struct.iter_unpack("<h", pcm))
            await asyncio.sleep(0.02)

    def later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def obey(self, order: dict[str, Any]) -> None:
        match order:
            case {"dial": uri}:
                self.adopt(await self.agent.dial(uri))
            case {"say": frames}:
                for _ in range(frames):
                    self.call.audio.write(TONE)
                    await asyncio.sleep(0.02)
            case {"press": digits}:
                await self.call.send_dtmf(digits)
            case {"hangup": _}:
                await self.call.hangup()
            case {"heard": _}:
                tell(heard=self.loud)


async def main(user: str, port: str, manner: str) -> None:
    runtime = Runtime()
    config = Config(
        net_interface="127.0.0.1", max_concurrent_calls=6, extra_config_text=f"sip_listen\t127.0.0.1:{port}\n"
    )
    await runtime.start(config)
    agent = await UserAgent.create(
        runtime, Account(user, f"127.0.0.1:{port}", "", reg_interval=0), transfer_policy="auto"
    )
    phone = Phone(agent, manner)
    agent.on_incoming(phone.incoming)
    agent.on_transfer_call(phone.adopt)
    tell(ready=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        try:
            await phone.obey(json.loads(line))
        except BaresipError as failed:
            tell(failed=type(failed).__name__)
    await runtime.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
