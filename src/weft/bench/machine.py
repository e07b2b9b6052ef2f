"""What the machine can do, and what a process of it has used."""

from __future__ import annotations

import os
import time
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
ROUNDS = 5
SIGNATURES = 200


def signing_ms() -> float:
    """CPU ms of one RSA-2048 signature: the yardstick of every ratio (median of five rounds)."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    rounds: list[float] = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(SIGNATURES):
            key.sign(b"weft", padding.PKCS1v15(), hashes.SHA256())
        rounds.append((time.process_time() - start) * 1000 / SIGNATURES)
    return median(rounds)


def cpu_ms(pid: int) -> float:
    """CPU time a process has used, in ms (Linux: /proc/PID/stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / _TICKS


def resident_mb(pid: int) -> float:
    """Resident memory in MB (Linux: /proc/PID/statm)."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE / 1_000_000
