"""Fills pipes and sockets, maps files and asks for memory that no process has."""

FAMILY = "exhaust"
EXPECTED = ("ok", "memory", "crashed", "timeout")
HONEST = 2
SOLVED = ("double",)
LAST = """
import ctypes
import fcntl
import mmap
import os
import socket

held = []
try:
    while True:
        reading, writing = os.pipe()
        held.append((reading, writing))
        fcntl.fcntl(writing, 1031, 1 << 20)
        os.set_blocking(writing, False)
        while os.write(writing, bytes(1 << 16)):
            pass
except OSError:
    pass
try:
    while True:
        pair = socket.socketpair()
        held.append(pair)
        pair[0].setblocking(False)
        while pair[0].send(bytes(1 << 16)):
            pass
except OSError:
    pass
libc = ctypes.CDLL(None)
for n in range(200):
    libc.shmget(n + 1, 64 << 20, 0o1700)
    libc.memfd_create(b"@MARK@", 0)
try:
    held.append(mmap.mmap(-1, 8 << 30))
    for place in range(0, 8 << 30, 4096):
        held[-1][place] = 1
except (OSError, MemoryError):
    pass
"""
