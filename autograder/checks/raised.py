"""What an exception of the student's code means, in words, where its cause is known."""

from __future__ import annotations

import re

from autograder.messages import Message
from autograder.worker.interface import StudentError

#: Characters of an error's own text that are shown.
MAX_TEXT = 300
#: Colours, and TensorFlow's name of the operation that failed.
_NOISE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\{\{function_node [^}]*\}\}\s*")

#: Parts of an error's text, and what is meant.
_KNOWN = (
    (
        r'missing the required "forward" function',
        "PyTorch calls a network's method `forward`, and this class has none. Does it "
        "have another name (Keras's is `call`), or is it indented so that it is outside the class?",
    ),
    (
        r"same dtype.* Double and Float|Double but found Float|Float but found Double",
        "Numbers of float64 meet a network of float32. Convert the observation first: "
        "torch.as_tensor(observation, dtype=torch.float32).",
    ),
    (
        r"does not require grad",
        "backward() found nothing to differentiate: torch.no_grad(), .detach(), .item() or numpy() "
        "cut the graph before.",
    ),
    (
        r"backward through the graph a second time",
        "backward() was called twice on the same graph, which the first call has used up. Compute "
        "one loss and call backward() once (a function that returns a loss does not call it).",
    ),
    (
        r"modified by an inplace operation",
        "A number that backward() needs was changed in place, after it was used: by an optimizer's "
        "step before it, or by an operation like -=.",
    ),
    (
        r"leaf Variable that requires grad is being used in an in-place operation",
        "PyTorch does not let a weight be changed in place while it records gradients: put the "
        "lines into `with torch.no_grad():`.",
    ),
    (
        r"expected index \[.*\] to be no larger than self",
        "gather along the last dimension takes from each row the column that the index names: "
        "values.gather(1, action.unsqueeze(1)), where the index has one row for each row.",
    ),
    (
        r"shape of the mask \[\d+\] at index 0 does not match the shape of the indexed tensor",
        "The truth values have another number of rows than the tensor: the batch can have any "
        "size, so take it from an argument, as in len(reward).",
    ),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        "A tensor with a gradient was turned into an array. Where no gradient is needed, write "
        ".detach().numpy().",
    ),
    (
        r"'tuple' object has no attribute",
        "Something returned several things, and they were used as one: take them apart, like "
        "probs, value = net(...).",
    ),
    (
        r"not compiled with CUDA|Found no NVIDIA driver|No CUDA GPUs are available",
        'This computer has no NVIDIA graphics card, and your code asks for one: "cuda". Leave the '
        "device out, then the code runs everywhere.",
    ),
    (
        r"MPS .*float64",
        "The GPU of a Mac does not support float64. Convert the numbers first: "
        "torch.as_tensor(values, dtype=torch.float32).",
    ),
    (
        r"on the same device",
        "Some tensors are on the GPU and others on the CPU. torch.from_numpy(values) always stays "
        "on the CPU: write torch.as_tensor(values) instead.",
    ),
    (
        r"too many values to unpack|not enough values to unpack",
        "A function returned another number of things than your line takes apart.",
    ),
    (
        r"cannot access local variable '(\w+)'|local variable '(\w+)' referenced before",
        "A name is used in the function before it gets its value there. If it is also the name of "
        "a function, as in advantage = advantage(...), call the result something else.",
    ),
    (
        r"expected axis -1 of input shape to have value",
        "A Keras layer keeps the width of the first input it was called with, and here it gets "
        "another one. Is one layer used in two places? [layer] * n holds n times the same layer.",
    ),
    (
        r"cannot add new elements of state",
        "A Keras model that was called once takes no new layers or variables. Copy the numbers: "
        "get_weights and set_weights.",
    ),
    (
        r"^Unknown variable: ",
        "The optimizer was made for the weights of one network, and here it got those of another.",
    ),
    (
        r"Incompatible shapes: |could not be broadcast together",
        "Print the shapes of the arrays in this line. A max, mean or argmax along axis 0 leaves "
        "one number for each column, along axis 1 one for each row.",
    ),
    (
        r"too many indices for array: array is 1-dimensional",
        "A single row of numbers has one index, x[2]. Two indices, x[:, 2], are for a whole batch "
        "of rows.",
    ),
    (
        r"a Tensor with \d+ elements cannot be converted to Scalar|"
        r"only one element tensors can be converted",
        ".item(), int() and float() work for a single number only. There is a number for each row: "
        "keep the tensor as it is.",
    ),
    (
        r"can only change requires_grad flags of leaf",
        "requires_grad cannot be changed on what a network computed. tensor.detach() gives the "
        "same numbers without a gradient.",
    ),
    (
        r"Error\(s\) in loading state_dict",
        "load_state_dict got other names or shapes than the network has. Pass it exactly what the "
        "state_dict() of such a network gave, without the rest of the file.",
    ),
    (
        r"no attribute '(save|load)_weights'",
        "These are methods of Keras. In PyTorch, net.state_dict() gives the weights, and "
        "torch.save(..., path) writes them.",
    ),
    (
        r"expected 'f' to be string, path, or a file-like object",
        "The two arguments are in the wrong order: torch.save(what, path), torch.load(path).",
    ),
    (
        r"truth value of an array with more than one element is ambiguous|"
        r"Boolean value of Tensor with more than one value is ambiguous",
        "`if`, `and` and `or` need a single truth value and got a whole array. For arrays, or is "
        "written |, and is written &.",
    ),
)


def quoted(error: StudentError, longest: int = MAX_TEXT) -> str:
    """What an exception says, as a message quotes it: without colours, and not too long."""
    text = _without_noise(error.message)
    lines = text.splitlines()
    if _says_only_where(lines):
        text = "\n".join(lines[1:]).strip()
    return _shortened(text or "no message", longest)


def _without_noise(text: str) -> str:
    return _NOISE.sub("", text).strip()


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest] + " …"


def _says_only_where(lines: list[str]) -> bool:
    """Whether Keras says in the first line only where an exception came from."""
    return len(lines) > 1 and lines[0].startswith("Exception encountered when calling")


def _first_line(text: str) -> str:
    """What the text says first."""
    lines = [line for line in text.splitlines() if line.strip()] or ["no message"]
    return lines[1].strip() if _says_only_where(lines) else lines[0]


def raised(error: StudentError) -> Message:
    """A sentence for the exception: its meaning if known, its text, and the line."""
    text = _without_noise(error.message)
    shown = _shortened(_first_line(text), MAX_TEXT)
    where = Message("In {place}.", place=error.where) if error.where else ""
    said = Message("Your code raises {kind}: {text}.", kind=error.kind, text=shown.rstrip("."))
    for pattern, meaning in _KNOWN:
        if re.search(pattern, text):
            return Message.joined(said, where, meaning)
    return Message.joined(said, where)
