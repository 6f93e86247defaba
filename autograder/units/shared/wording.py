"""What the messages of shared checks speak of, in the words of a unit's own framework."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """How one unit writes what several units need.

    largest_values: the largest value of each row. best_actions: the number of it.
    not_terminated: the factor that is 0 after the last step. no_gradient: what keeps gradients
    away from the targets. chosen_values: each row's value of its own action. huber_loss: the
    library's Huber loss. writes_weights: what writes into a network's weights. cuts_the_graph:
    what keeps a gradient away from the network.
    """

    largest_values: str
    best_actions: str
    not_terminated: str
    no_gradient: str
    chosen_values: str
    huber_loss: str
    writes_weights: str
    cuts_the_graph: str


TORCH = Wording(
    largest_values="values.max(dim=1).values",
    best_actions="values.argmax(dim=1)",
    not_terminated="~terminated",
    no_gradient=(
        "indent the lines in a block `with torch.no_grad():`. On a line of its own, without "
        "`with`, torch.no_grad() does nothing."
    ),
    chosen_values="values.gather(1, action.unsqueeze(1)).squeeze(1)",
    huber_loss="F.smooth_l1_loss",
    writes_weights="copy_, lerp_ or load_state_dict",
    cuts_the_graph=".item(), .detach(), numpy(), torch.no_grad() or a new tensor",
)
#: Keras units whose functions take and return NumPy arrays.
KERAS_ARRAYS = Wording(
    largest_values="values.max(axis=1)",
    best_actions="values.argmax(axis=1)",
    not_terminated="~terminated",
    no_gradient="net.predict_on_batch([...])",
    chosen_values="values[np.arange(len(action)), action]",
    huber_loss="keras.losses.Huber()",
    writes_weights="set_weights or assign",
    cuts_the_graph="numpy(), predict_on_batch or keras.ops.stop_gradient",
)
#: Keras units that compute with TensorFlow's tensors.
KERAS_TENSORS = Wording(
    largest_values="keras.ops.max(values, axis=1)",
    best_actions="keras.ops.argmax(values, axis=1)",
    not_terminated="keras.ops.where(terminated, reward, ...)",
    no_gradient=(
        "return keras.ops.stop_gradient(targets). The call leaves `targets` as it is; only its "
        "result has no gradient."
    ),
    chosen_values="tf.gather(values, action, batch_dims=1)",
    huber_loss="keras.losses.Huber()",
    writes_weights="set_weights or assign",
    cuts_the_graph="numpy(), predict_on_batch or keras.ops.stop_gradient",
)
