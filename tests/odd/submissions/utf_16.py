"""Was saved as UTF-16 by a text editor."""

import json


def notebook(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode("utf-16")
