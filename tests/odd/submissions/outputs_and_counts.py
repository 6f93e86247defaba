"""Has kept its outputs: pictures, errors, megabytes of text."""


def notebook(notebook):
    outputs = [
        {"output_type": "stream", "name": "stderr", "text": ["Warning\n"] * 1000},
        {"output_type": "display_data", "data": {"image/png": "A" * 200_000}, "metadata": {}},
        {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["\x1b[31m"]},
    ]
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = outputs[number % 3 :], 900 - number
    return notebook
