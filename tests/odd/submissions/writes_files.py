"""Saves checkpoints and pictures, in folders of its own."""

LAST = """
import os
import tempfile
os.makedirs("checkpoints/policy", exist_ok=True)
torch.save(PolicyNetwork().state_dict(), "checkpoints/policy/best.pt")
with open("notes.txt", "w") as file:
    file.write("it works")
with tempfile.TemporaryDirectory() as folder:
    open(os.path.join(folder, "x"), "w").close()
os.chdir("checkpoints")
"""
