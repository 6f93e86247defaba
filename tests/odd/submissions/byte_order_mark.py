"""Begins with a byte order mark."""

import json


def notebook(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode("utf-8-sig")
