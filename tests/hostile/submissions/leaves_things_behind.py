"""Leaves shared memory, sockets, named pipes and locks for whoever comes later."""

FAMILY = "touch the host"
HONEST = 2
SOLVED = ("double",)
LAST = """
import fcntl
import os
import socket
import sys
keep = []
listening = socket.socket(socket.AF_UNIX)
listening.bind("\\0@MARK@")
listening.listen()
keep.append(listening)
os.mkfifo("/tmp/@MARK@")
with open("/dev/shm/@MARK@", "wb") as file:
    file.write(bytes(1000))
keep.append(open(os.__file__))
fcntl.flock(keep[-1], fcntl.LOCK_SH | fcntl.LOCK_NB)
"""
