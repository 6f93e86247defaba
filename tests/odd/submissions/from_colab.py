"""Comes from Colab: other metadata, no cell ids, an extra cell for the drive."""


def notebook(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] |= {"id": f"x{number}", "colab": {"base_uri": "https://colab.example"}}
        cell["metadata"]["outputId"] = "b7f3"
        del cell["id"]
    source = ["from google.colab import drive\n", "drive.mount('/content/drive')"]
    extra = {"cell_type": "code", "source": source, "metadata": {"id": "y"}, "outputs": []}
    notebook["cells"].insert(1, extra)
    notebook["metadata"] |= {"colab": {"provenance": [], "gpuType": "T4"}, "accelerator": "GPU"}
    return {**notebook, "nbformat_minor": 0}
