# SPDX-License-Identifier: BSD-2-Clause
"""Looking into QEMU from outside: executed instructions through its QMP monitor, breakpoints through its GDB stub."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

from figures import BenchError
from postern_lib.sockets import connect_unix

QMP_SOCKET = "qmp.sock"
GDB_SOCKET = "gdb.sock"
# One instruction is one nanosecond of the machine's time; peers live in real time, so an idle machine sleeps.
COUNTING = ["-icount", "shift=0,sleep=on", "-rtc", "clock=vm", "-qmp", f"unix:{QMP_SOCKET},server=on,wait=off"]
BREAKING = ["-S", "-gdb", f"unix:{GDB_SOCKET},server=on,wait=off"]

_PC = 32
_ANSWER_SECONDS = 300.0


class Counter:
    """The number of instructions that a machine started with COUNTING has executed: exact while it idles or stands."""

    def __init__(self, folder: Path) -> None:
        self._socket = connect_unix(folder / QMP_SOCKET)
        self._socket.settimeout(_ANSWER_SECONDS)
        self._stream = self._socket.makefile("rw", encoding="utf-8")
        self._stream.readline()  # the greeting
        self._execute("qmp_capabilities")

    def _execute(self, command: str) -> Any:
        self._stream.write(json.dumps({"execute": command}) + "\n")
        self._stream.flush()
        while line := self._stream.readline():
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise BenchError(f"QEMU: {command}: {answer['error']}")
        raise BenchError(f"QEMU ended before it answered {command}")

    def now(self) -> int:
        return int(self._execute("query-replay")["icount"])

    def when_idle(self, seconds: float = 120.0, quiet: float = 0.03) -> int:
        """Waits until nothing has been executed for some real time: shorter than the period of the pulse, which never
        rests. Reading it takes no instruction of the machine."""
        deadline = time.monotonic() + seconds
        count, since = self.now(), time.monotonic()
        while time.monotonic() < deadline:
            time.sleep(0.005)
            if (latest := self.now()) != count:
                count, since = latest, time.monotonic()
            elif time.monotonic() - since >= quiet:
                return count
        raise BenchError(f"the machine was not idle for {quiet:g} s within {seconds:g} s")

    def close(self) -> None:
        self._stream.close()
        self._socket.close()


class Debugger:
    """The few packets of GDB's remote protocol that breakpoints need. The machine stands when this connects."""

    def __init__(self, folder: Path) -> None:
        self._socket = connect_unix(folder / GDB_SOCKET)
        self._socket.settimeout(_ANSWER_SECONDS)
        self._pending = b""

    def _byte(self) -> bytes:
        if not self._pending:
            try:
                self._pending = self._socket.recv(4096)
            except (TimeoutError, socket.timeout) as error:
                raise BenchError(f"no breakpoint was reached in {_ANSWER_SECONDS:g} s") from error
            if not self._pending:
                raise BenchError("QEMU ended under the debugger")
        byte, self._pending = self._pending[:1], self._pending[1:]
        return byte

    def _send(self, packet: str) -> None:
        data = packet.encode()
        self._socket.sendall(b"$%s#%02x" % (data, sum(data) % 256))

    def _receive(self) -> str:
        while self._byte() != b"$":
            pass
        data = b""
        while (byte := self._byte()) != b"#":
            data += byte
        self._byte(), self._byte()
        self._socket.sendall(b"+")
        return data.decode()

    def _ask(self, packet: str) -> str:
        self._send(packet)
        return self._receive()

    def _expect_ok(self, packet: str) -> None:
        if (answer := self._ask(packet)) != "OK":
            raise BenchError(f"QEMU's GDB stub answered {answer!r} to {packet}")

    def set(self, address: int) -> None:
        self._expect_ok(f"Z0,{address:x},2")

    def clear(self, address: int) -> None:
        self._expect_ok(f"z0,{address:x},2")

    def _register(self, number: int) -> int:
        registers = bytes.fromhex(self._ask("g"))
        return int.from_bytes(registers[number * 8 : number * 8 + 8], "little")

    def pc(self) -> int:
        return self._register(_PC)

    def memory(self, address: int, size: int) -> bytes | None:
        """As the running program sees it; None where it has none."""
        answer = self._ask(f"m{address:x},{size:x}")
        return None if answer.startswith("E") else bytes.fromhex(answer)

    def run(self) -> int:
        """Goes on to a breakpoint. Returns where the machine stands."""
        self._ask("c")
        return self.pc()

    def step(self) -> None:
        self._ask("s")

    def step_with_interrupts(self) -> None:
        """From now on a step takes an interrupt that is due; otherwise QEMU holds them back while stepping."""
        self._expect_ok("Qqemu.sstep=5")

    def detach(self) -> None:
        """Lets the machine run freely."""
        self._send("D")
        self._socket.close()

    def close(self) -> None:
        self._socket.close()
