"""What an exception means in words: the exceptions are PyTorch's, NumPy's and Python's own."""

from pathlib import Path

import numpy as np
import pytest
import torch

import autograder.units
from autograder.checks.raised import MAX_TEXT, quoted, raised
from autograder.worker.values import StudentError


def float64_into_a_network():
    torch.nn.Linear(2, 1)(torch.zeros(3, 2, dtype=torch.float64))


def backward_without_a_graph():
    torch.zeros(()).backward()


def backward_twice():
    loss = (torch.ones(2, requires_grad=True) ** 2).sum()
    loss.backward()
    loss.backward()


def changed_after_use():
    weight = torch.ones(2, requires_grad=True)
    squares = (weight * 1).exp()
    loss = squares.sum()
    squares -= 1
    loss.backward()


def weight_changed_in_place():
    weight = torch.ones(2, requires_grad=True)
    weight -= 1


def gather_with_a_row():
    torch.zeros(3, 2).gather(1, torch.zeros(1, 3, dtype=torch.int64))
    torch.zeros(3, 2).gather(1, torch.zeros(4, 1, dtype=torch.int64))


def mask_of_other_rows():
    torch.zeros(3, 2)[torch.tensor([True, False])]


def numpy_with_a_gradient():
    torch.ones(2, requires_grad=True).numpy()


def several_used_as_one():
    (torch.ones(2), torch.ones(2)).log()


def taken_apart_wrongly():
    _a, _b = (1, 2, 3)


def name_used_before_it_has_a_value():
    def advantage():
        advantage = advantage() - 1  # noqa: F823, F841

    advantage()


def other_shapes():
    np.zeros((3, 2)) + np.zeros(3)


def two_indices_for_one_row():
    np.zeros(4)[:, 2]


def item_of_several():
    torch.zeros(3).item()


def gradient_switched_off_afterwards():
    (torch.ones(2, requires_grad=True) * 2).requires_grad = False


def other_state():
    torch.nn.Linear(2, 1).load_state_dict({"other": torch.zeros(1)})


def methods_of_keras():
    torch.nn.Linear(2, 1).save_weights("weights")


def saved_the_wrong_way_round():
    torch.save("weights.pt", {"weight": torch.zeros(1)})


def forward_by_another_name():
    class Net(torch.nn.Module):
        def call(self, x):
            return x

    Net()(torch.zeros(1))


def several_truth_values():
    if np.zeros(3) > 0:
        pass


def graphics_card_that_is_not_there():
    torch.zeros(1).to("cuda")


def float64_on_a_mac():
    raise TypeError(
        "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support "
        "float64. Please use float32 instead."
    )


def two_devices():
    raise RuntimeError(
        "Expected all tensors to be on the same device, but found at least two devices, "
        "cpu and mps:0!"
    )


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        pytest.param(
            graphics_card_that_is_not_there,
            "no NVIDIA graphics card",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="it has one"),
        ),
        (float64_on_a_mac, "The GPU of a Mac does not support float64"),
        (two_devices, "torch.from_numpy(values) always stays"),
        (float64_into_a_network, "Numbers of float64 meet a network of float32"),
        (backward_without_a_graph, "found nothing to differentiate"),
        (backward_twice, "called twice on the same graph"),
        (changed_after_use, "was changed in place, after it was used"),
        (weight_changed_in_place, "with torch.no_grad():"),
        (gather_with_a_row, "one row for each row"),
        (mask_of_other_rows, "another number of rows"),
        (numpy_with_a_gradient, ".detach().numpy()"),
        (several_used_as_one, "returned several things"),
        (taken_apart_wrongly, "another number of things"),
        (name_used_before_it_has_a_value, "before it gets its value"),
        (other_shapes, "Print the shapes"),
        (two_indices_for_one_row, "A single row of numbers has one index"),
        (item_of_several, "work for a single number only"),
        (gradient_switched_off_afterwards, "tensor.detach()"),
        (other_state, "exactly what the state_dict()"),
        (methods_of_keras, "These are methods of Keras"),
        (saved_the_wrong_way_round, "in the wrong order"),
        (several_truth_values, "a single truth value"),
        (forward_by_another_name, "calls a network's method `forward`"),
    ],
)
def test_an_exception_whose_cause_is_known_is_explained(mistake, says):
    with pytest.raises(Exception) as caught:
        mistake()
    error = StudentError(type(caught.value).__name__, str(caught.value), "update, line 3")

    said = raised(error)

    assert said.startswith(f"Your code raises {error.kind}: ")
    assert "In update, line 3." in said
    assert says in said


def test_of_an_exception_that_is_not_known_the_first_line_is_shown():
    said = raised(StudentError("ValueError", "\n  \n\x1b[31mNo such action.\x1b[0m\nAnd more."))

    assert said == "Your code raises ValueError: No such action."


def test_an_exception_without_a_text_is_named():
    assert raised(StudentError("AssertionError", "")) == (
        "Your code raises AssertionError: no message."
    )


def test_keras_says_first_where_an_exception_came_from_and_then_what_is_wrong():
    where = "Exception encountered when calling Dense.call()."
    what = "Matrix size-incompatible: In[0]: [1,4], In[1]: [5,2]"

    assert what in raised(StudentError("InvalidArgumentError", f"{where}\n\n  {what}\n"))
    assert where in raised(StudentError("InvalidArgumentError", where))
    assert what not in raised(StudentError("ValueError", f"Wrong.\n{what}"))


OPERATION = "{{function_node __wrapped__MatMul_device_/job:localhost/device:CPU:0}}"


@pytest.mark.parametrize(
    ("text", "quotation"),
    [
        ("One.\nTwo.", "One.\nTwo."),
        (f"\x1b[1m{OPERATION} In[0]: [1,4]\x1b[0m", "In[0]: [1,4]"),
        (f"Exception encountered when calling Net.call().\n\n\x1b[1m{OPERATION} No.\x1b[0m", "No."),
        ("Exception encountered when calling Net.call().", None),
        ("\x1b[1m \x1b[0m", "no message"),
        ("x" * MAX_TEXT, None),
        ("x" * (MAX_TEXT + 1), "x" * MAX_TEXT + " …"),
    ],
)
def test_a_message_quotes_what_an_exception_says_and_no_more(text, quotation):
    assert quoted(StudentError("ValueError", text)) == (text if quotation is None else quotation)


def test_no_check_quotes_an_exception_in_another_way():
    units = Path(autograder.units.__file__).parent

    assert [path for path in units.rglob("*.py") if "error.message[" in path.read_text()] == []


def test_a_long_text_is_cut():
    exact, longer = "x" * MAX_TEXT, "x" * (MAX_TEXT + 1)

    assert raised(StudentError("ValueError", exact)).endswith(f": {exact}.")
    assert raised(StudentError("ValueError", longer)).endswith(f": {exact} ….")
