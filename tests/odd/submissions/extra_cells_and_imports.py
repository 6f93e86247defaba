"""Adds cells with imports, experiments and pictures."""

ADDED = {
    "forward": (
        "import math, os, sys, random, json\n"
        "import matplotlib.pyplot as plt\n"
        "net = PolicyNetwork()\nnet(torch.zeros(3, 4))\n"
        "plt.figure(figsize=(2, 2))\nplt.plot([1, 2, 3])\nplt.show()\nplt.close('all')"
    ),
    "returns": "discounted_returns([1, 1, 1])",
}
