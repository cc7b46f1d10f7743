"""Kamailio from Debian as registrar and proxy on loopback."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.peers.serving import free_port

INSTALLED = shutil.which("kamailio", path="/usr/sbin:/usr/bin:/usr/local/sbin")

CONFIG = """
debug=0
log_stderror=yes
fork=yes
children=1
disable_tcp=yes
listen=udp:127.0.0.1:{port}
loadmodule "kex.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("REGISTER")) {{ save("location"); exit; }}
    if (has_totag()) {{
        if (loose_route() || (is_method("ACK") && t_check_trans())) {{ t_relay(); exit; }}
        sl_send_reply("404", "Not Here");
        exit;
    }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    record_route();
    if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
    t_relay();
}}
"""


@asynccontextmanager
async def kamailio(folder: Path) -> AsyncIterator[int]:
    """Run it; yields its port."""
    assert INSTALLED is not None
    port = free_port()
    config = folder / "kamailio.cfg"
    config.write_text(CONFIG.format(port=port))
    process = await asyncio.create_subprocess_exec(
        INSTALLED, "-f", config, "-DD", "-Y", folder, "-m", "16", "-M", "4",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await asyncio.sleep(0.5)
        if process.returncode is not None:
            raise RuntimeError("kamailio did not start")
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
