"""Uses threads, a process pool and subprocesses in an experiment of its own."""

LAST = """
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda n: n * n, range(100)))
thread = threading.Thread(target=print, args=("hello",))
thread.start()
thread.join()
subprocess.run(["ls", "-l"], check=False)
torch.set_num_threads(4)
"""
