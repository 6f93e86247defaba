"""What differs between PyTorch and Keras: tensors, parameters, gradients.

This file runs inside the sandbox.
"""

from __future__ import annotations

import copy
import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from autograder.worker.fitting import fitted, rows, same_function, sizes_for
from autograder.worker.values import Gradients, Layer, StudentError, Tensor


class Framework(ABC):
    """Tensors, parameters and gradients of one deep-learning library."""

    @abstractmethod
    def is_tensor(self, value: Any) -> bool:
        """Whether the value is one of the library's tensors."""

    @abstractmethod
    def tensor(self, array: np.ndarray) -> Any:
        """The array as a tensor of the same dtype."""

    @abstractmethod
    def array(self, tensor: Any) -> np.ndarray:
        """The tensor as an array, cut off from any graph."""

    @abstractmethod
    def parameters(self, network: Any) -> dict[str, np.ndarray]:
        """Copies of a network's parameters by name."""

    @abstractmethod
    def set_parameters(self, network: Any, parameters: dict[str, np.ndarray]) -> None:
        """Write some parameters."""

    @abstractmethod
    def gradients(
        self, function: Callable[[list[Any]], Any], arguments: list[Any], network: Any
    ) -> Gradients:
        """Differentiate the sum of the function's result by float Tensors and parameters."""

    @abstractmethod
    def network(
        self, layers: list[Layer], softmax: bool, critic: Layer | None, masked: bool
    ) -> Any:
        """Linear layers with ReLU between them, a critic's head and a mask if there are any."""

    @abstractmethod
    def seed(self, seed: int) -> None:
        """Seed the library."""

    def as_written(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function; where the student's code is compiled, it is called and not translated."""
        return function

    def network_like(self, kind: Any, network: Any, sizes: Mapping[str, Any] | None = None) -> Any:
        """The network as an instance of this class; as it is, if that cannot be.

        sizes: arguments of the class; without, those that fit the network.
        """
        return network

    def is_known(self, tensor: Any) -> bool:
        """Whether the tensor has numbers already, and is not just part of a recording."""
        return True

    def tracks_gradient(self, tensor: Any) -> bool:
        """Whether a gradient can flow through the tensor to what it was computed from."""
        raise _no_framework()

    def floats(self, value: Any) -> Any:
        """Numbers as a tensor of float32; a tensor of floats as it is."""
        raise _no_framework()

    def detached(self, tensor: Any) -> Any:
        """The tensor without its graph."""
        raise _no_framework()

    def total(self, tensor: Any) -> Any:
        """The sum of a tensor's numbers."""
        raise _no_framework()

    def row_sums(self, tensor: Any, weights: np.ndarray) -> Any:
        """For each row, (n, numbers), the sum of weights, (numbers,), times its numbers."""
        raise _no_framework()

    def rows(self, table: np.ndarray, index: Any) -> Any:
        """Rows of a table by their numbers, (n,), as a tensor."""
        raise _no_framework()

    def compile(self, network: Any, rate: float) -> None:
        """Let a network that learns by itself do so by plain gradient descent with this rate."""
        raise _no_framework()

    def weighted_sum(self, tensor: Any, weights: np.ndarray) -> Any:
        """The sum of weights times tensor. Raises StudentError unless their shapes are equal."""
        raise _no_framework()

    def scaled(self, number: Any, scales: np.ndarray) -> Any:
        """A tensor: the scales times one number."""
        raise _no_framework()

    def linear(
        self, network: Any, directions: Sequence[dict[str, np.ndarray]]
    ) -> Callable[[], list[Any]]:
        """A function that gives the sum of a network's parameters times each direction."""
        raise _no_framework()

    def load_checkpoint(self, path: str) -> Any:
        """What the framework reads from a file."""
        raise _no_framework()

    def plain_optimizer(self, optimizer: Any, learning_rate: float) -> Any:
        """Gradient descent on the parameters that the optimizer holds; `steps` counts."""
        raise _no_framework()

    def _expect_numbers(self, value: Any) -> None:
        """Raise StudentError unless it is a tensor, or an array, which carries no gradient."""
        if not (self.is_tensor(value) or isinstance(value, np.ndarray)):
            raise StudentError("TypeError", f"expected a tensor, not {type(value).__name__}")


def _no_framework() -> StudentError:
    return StudentError("TypeError", "there is no deep-learning framework here")


def _expect_equal_shapes(tensor: Any, weights: np.ndarray) -> None:
    shape = tuple(getattr(tensor, "shape", ()))
    if shape != weights.shape:
        raise StudentError("ValueError", f"the shape should be {weights.shape}, not {shape}")


class NumPyFramework(Framework):
    """No deep-learning library: tensors are arrays, and nothing has parameters."""

    def is_tensor(self, value: Any) -> bool:
        return False

    def tensor(self, array: np.ndarray) -> Any:
        return array.copy()

    def array(self, tensor: Any) -> np.ndarray:
        return np.array(tensor)

    def parameters(self, network: Any) -> dict[str, np.ndarray]:
        raise StudentError("TypeError", "this object has no parameters")

    def set_parameters(self, network: Any, parameters: dict[str, np.ndarray]) -> None:
        raise StudentError("TypeError", "this object has no parameters")

    def gradients(
        self, function: Callable[[list[Any]], Any], arguments: list[Any], network: Any
    ) -> Gradients:
        raise StudentError("TypeError", "NumPy takes no gradients")

    def network(
        self, layers: list[Layer], softmax: bool, critic: Layer | None, masked: bool
    ) -> Any:
        raise StudentError("TypeError", "NumPy has no networks")

    def seed(self, seed: int) -> None:
        pass


class TorchFramework(Framework):
    """PyTorch."""

    def __init__(self) -> None:
        import torch

        self.torch = torch

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.torch.Tensor)

    def tensor(self, array: np.ndarray) -> Any:
        return self.torch.tensor(array)

    def array(self, tensor: Any) -> np.ndarray:
        return np.array(tensor.detach().cpu().numpy(), subok=False)

    def parameters(self, network: Any) -> dict[str, np.ndarray]:
        return {name: self.array(value) for name, value in network.named_parameters()}

    def set_parameters(self, network: Any, parameters: dict[str, np.ndarray]) -> None:
        own = dict(network.named_parameters())
        with self.torch.no_grad():
            for name, value in parameters.items():
                if name not in own or tuple(own[name].shape) != value.shape:
                    raise StudentError("KeyError", f"no parameter {name} of shape {value.shape}")
                own[name].copy_(self.torch.tensor(value))

    def gradients(
        self, function: Callable[[list[Any]], Any], arguments: list[Any], network: Any
    ) -> Gradients:
        given = [
            self.tensor(item.array) if isinstance(item, Tensor) else item for item in arguments
        ]
        tensors = [
            item
            for item, original in zip(given, arguments, strict=True)
            if isinstance(original, Tensor) and item.is_floating_point()
        ]
        for tensor in tensors:
            tensor.requires_grad_()
        named = {} if network is None else dict(network.named_parameters())
        with self.torch.enable_grad():
            value = function(given)
        self._expect_numbers(value)
        sources = [*tensors, *named.values()]
        found: tuple[Any, ...] = (None,) * len(sources)
        if getattr(value, "requires_grad", False):
            found = self.torch.autograd.grad(value.sum(), sources, allow_unused=True)
        arrays = [None if item is None else self.array(item) for item in found]
        return Gradients(
            value,
            tuple(arrays[: len(tensors)]),
            dict(zip(named, arrays[len(tensors) :], strict=True)),
        )

    def network(
        self, layers: list[Layer], softmax: bool, critic: Layer | None, masked: bool
    ) -> Any:
        nn: Any = self.torch.nn
        sequential: Any = nn.Sequential
        module: Any = nn.Module
        hidden: list[Any] = []
        for layer in layers[:-1]:
            hidden += [self._linear(layer), nn.ReLU()]
        last = [self._linear(layers[-1]), *([nn.Softmax(dim=-1)] if softmax else [])]
        if masked:

            class Masked(sequential):
                def forward(self, x: Any, mask: Any) -> Any:
                    return super().forward(x) * mask  # (batch, outputs)

            return Masked(*hidden, *last)
        if critic is None:
            return nn.Sequential(*hidden, *last)

        class TwoHeads(module):
            def __init__(self, trunk: Any, head: Any, critic: Any) -> None:
                super().__init__()
                self.trunk, self.head, self.critic = trunk, head, critic

            def forward(self, x: Any) -> Any:
                x = self.trunk(x)
                return self.head(x), self.critic(x).squeeze(-1)  # (batch, outputs), (batch,)

        return TwoHeads(nn.Sequential(*hidden), nn.Sequential(*last), self._linear(critic))

    def network_like(self, kind: Any, network: Any, sizes: Mapping[str, Any] | None = None) -> Any:
        module: Any = self.torch.nn.Module
        if not (isinstance(kind, type) and issubclass(kind, module)):
            return network
        own = self._fitted(kind, network, sizes)
        if own is not None:
            return own

        def make(self: Any, *_: Any, **__: Any) -> None:
            module.__init__(self)
            self.inner = copy.deepcopy(network)

        def forward(self: Any, *inputs: Any) -> Any:
            return self.inner(*inputs)

        return type(kind.__name__, (kind,), {"__init__": make, "forward": forward})()

    def _fitted(self, kind: Any, network: Any, sizes: Mapping[str, Any] | None) -> Any:
        """The student's own network with the known one's weights; None if it computes others."""
        try:
            weights = [self.array(item).T for item in network.parameters()]
            own = kind(**(sizes_for(kind, weights[::2]) if sizes is None else sizes))
            parameters = list(own.parameters())
            parts = fitted(weights, [tuple(item.shape)[::-1] for item in parameters])
            if parts is None:
                return None
            with self.torch.no_grad():
                for parameter, part in zip(parameters, parts, strict=True):
                    parameter.copy_(self.torch.tensor(part.T))
            same = same_function(self._arrays_of(own), self._arrays_of(network), len(weights[0]))
            learns = self._learns(own, len(weights[0]))
        except Exception:  # the student's class may do anything
            return None
        return own if same and learns else None

    def _arrays_of(self, network: Any) -> Callable[[np.ndarray], Any]:
        """The network with arrays in place of tensors; several answers in a tuple."""

        def answer(x: np.ndarray) -> Any:
            value = network(self.torch.tensor(x))
            return tuple(map(self.array, value)) if isinstance(value, tuple) else self.array(value)

        return answer

    def _learns(self, network: Any, inputs: int) -> bool:
        """Whether a gradient goes through the network's answers to each of its parameters."""
        with self.torch.enable_grad():
            value = network(self.torch.tensor(rows(inputs)))
            parts = value if isinstance(value, tuple) else (value,)
            total = sum(part.sum() for part in parts)
        found = self.torch.autograd.grad(total, list(network.parameters()), allow_unused=True)
        return all(part is not None for part in found)

    def _linear(self, layer: Layer) -> Any:
        weight, bias = layer
        linear = self.torch.nn.Linear(*weight.shape)
        with self.torch.no_grad():
            linear.weight.copy_(self.torch.tensor(weight.T))
            linear.bias.copy_(self.torch.tensor(bias))
        return linear

    def seed(self, seed: int) -> None:
        self.torch.manual_seed(seed)

    def tracks_gradient(self, tensor: Any) -> bool:
        return bool(tensor.requires_grad)

    def floats(self, value: Any) -> Any:
        if self.is_tensor(value) and value.is_floating_point():
            return value
        return self.torch.as_tensor(value, dtype=self.torch.float32)

    def detached(self, tensor: Any) -> Any:
        return tensor.detach()

    def total(self, tensor: Any) -> Any:
        return tensor.sum()

    def row_sums(self, tensor: Any, weights: np.ndarray) -> Any:
        return tensor @ self.torch.tensor(weights, dtype=tensor.dtype)

    def rows(self, table: np.ndarray, index: Any) -> Any:
        return self.torch.tensor(table)[index]

    def compile(self, network: Any, rate: float) -> None:
        pass  # it learns by an optimizer alone

    def weighted_sum(self, tensor: Any, weights: np.ndarray) -> Any:
        _expect_equal_shapes(tensor, weights)
        return (self.torch.tensor(weights) * tensor).sum()

    def scaled(self, number: Any, scales: np.ndarray) -> Any:
        return self.torch.tensor(scales) * number

    def linear(
        self, network: Any, directions: Sequence[dict[str, np.ndarray]]
    ) -> Callable[[], list[Any]]:
        parameters = dict(network.named_parameters())
        terms = [
            [(parameters[name], self.torch.tensor(part)) for name, part in direction.items()]
            for direction in directions
        ]

        def compute() -> list[Any]:
            # One, without a gradient; but its part of the graph serves a single backward pass.
            shared = self.torch.exp(0 * sum(item.sum() for item in parameters.values()))
            return [shared * sum((item * part).sum() for item, part in head) for head in terms]

        return compute

    def load_checkpoint(self, path: str) -> Any:
        return self.torch.load(path, map_location="cpu", weights_only=False)

    def plain_optimizer(self, optimizer: Any, learning_rate: float) -> Any:
        torch, own = self.torch, type(optimizer)
        if not isinstance(optimizer, torch.optim.Optimizer):
            raise StudentError("TypeError", f"{own.__name__} is no optimizer of torch.optim")
        library = next(each for each in own.__mro__ if each.__module__.startswith("torch."))

        class PlainDescent(library):  # type: ignore[misc, valid-type]
            steps = 0

            @torch.no_grad()  # type: ignore[untyped-decorator]
            def step(self, closure: Any = None) -> Any:
                loss = None
                if closure is not None:
                    with torch.enable_grad():
                        loss = closure()
                self.steps += 1
                for group in self.param_groups:
                    sign = 1 if group.get("maximize") else -1
                    for item in group["params"]:
                        if item.grad is not None:
                            item.add_(item.grad, alpha=sign * learning_rate)
                return loss

        # What the student's own class adds to the step of Adam, say, it adds to this one.
        adds = own is not library and library is not torch.optim.Optimizer
        bases = (own, PlainDescent) if adds else (PlainDescent,)
        plain: Any = object.__new__(type("PlainDescent", bases, {}))
        plain.__dict__.update(optimizer.__dict__)
        return plain


class TensorFlowFramework(Framework):
    """Keras on TensorFlow."""

    def __init__(self) -> None:
        import keras
        import tensorflow

        self.keras = keras
        self.tensorflow = tensorflow
        #: Whether networks of a class with weights of these shapes compute what the known ones do.
        self._alike: dict[tuple[Any, ...], bool] = {}

    def is_tensor(self, value: Any) -> bool:
        return self.tensorflow.is_tensor(value) or isinstance(value, self.keras.Variable)

    def tensor(self, array: np.ndarray) -> Any:
        return self.tensorflow.constant(array)

    def array(self, tensor: Any) -> np.ndarray:
        return np.array(tensor.numpy())

    def parameters(self, network: Any) -> dict[str, np.ndarray]:
        return {
            f"{index}:{weight.path.rsplit('/', 1)[-1]}": self.array(weight)
            for index, weight in enumerate(network.weights)
        }

    def set_parameters(self, network: Any, parameters: dict[str, np.ndarray]) -> None:
        own = dict(zip(self.parameters(network), network.weights, strict=True))
        for name, value in parameters.items():
            if name not in own or tuple(own[name].shape) != value.shape:
                raise StudentError("KeyError", f"no parameter {name} of shape {value.shape}")
            own[name].assign(value)

    def gradients(
        self, function: Callable[[list[Any]], Any], arguments: list[Any], network: Any
    ) -> Gradients:
        given = [
            self.tensor(item.array) if isinstance(item, Tensor) else item for item in arguments
        ]
        tensors = [
            item
            for item, original in zip(given, arguments, strict=True)
            if isinstance(original, Tensor) and item.dtype.is_floating
        ]
        with self.tensorflow.GradientTape() as tape:
            for tensor in tensors:
                tape.watch(tensor)
            value = function(given)
            self._expect_numbers(value)
            total = self.tensorflow.reduce_sum(value)
        weights = [] if network is None else network.weights
        names = [] if network is None else list(self.parameters(network))
        found = tape.gradient(total, [*tensors, *(weight.value for weight in weights)])
        arrays = [
            None if item is None else self.array(self.tensorflow.convert_to_tensor(item))
            for item in found
        ]
        return Gradients(
            value,
            tuple(arrays[: len(tensors)]),
            dict(zip(names, arrays[len(tensors) :], strict=True)),
        )

    def network(
        self, layers: list[Layer], softmax: bool, critic: Layer | None, masked: bool
    ) -> Any:
        dense = [
            self.keras.layers.Dense(weight.shape[1], activation="relu") for weight, _ in layers
        ]
        dense[-1].activation = self.keras.activations.get("softmax" if softmax else "linear")
        inputs = hidden = self.keras.Input((layers[0][0].shape[0],), name="observation")
        for layer in dense[:-1]:
            hidden = layer(hidden)
        outputs = dense[-1](hidden)
        if critic is not None:
            dense.append(self.keras.layers.Dense(1))
            outputs = [outputs, dense[-1](hidden)[:, 0]]
            layers = [*layers, critic]
        if masked:
            mask = self.keras.Input((layers[-1][0].shape[1],), name="action_mask")
            inputs, outputs = [inputs, mask], outputs * mask
        for layer, weights in zip(dense, layers, strict=True):
            layer.set_weights(list(weights))
        return self.keras.Model(inputs, outputs)

    def network_like(self, kind: Any, network: Any, sizes: Mapping[str, Any] | None = None) -> Any:
        model: Any = self.keras.Model
        if not (isinstance(kind, type) and issubclass(kind, model)):
            return network
        own = self._fitted(kind, network, sizes)
        if own is not None:
            return own

        def make(self: Any, *_: Any, **__: Any) -> None:
            model.__init__(self)
            self.inner = network

        def call(self: Any, x: Any) -> Any:
            return self.inner(x)

        made = type(kind.__name__, (kind,), {"__init__": make, "call": call})()
        made(np.zeros((1, *network.input_shape[1:]), np.float32))
        return made

    def _fitted(self, kind: Any, network: Any, sizes: Mapping[str, Any] | None) -> Any:
        """The student's own network with the known one's weights; None if it computes others."""
        try:
            weights = network.get_weights()
            own = kind(**(sizes_for(kind, weights[::2]) if sizes is None else sizes))
            own(rows(len(weights[0])))  # builds it
            parts = fitted(weights, [item.shape for item in own.get_weights()])
            if parts is None:
                return None
            own.set_weights(parts)
            made = (kind, *(part.shape for part in parts))
            if made not in self._alike:
                self._alike[made] = same_function(
                    lambda x: np.asarray(own(x)), lambda x: np.asarray(network(x)), len(weights[0])
                )
        except Exception:  # the student's class may do anything
            return None
        return own if self._alike[made] else None

    def seed(self, seed: int) -> None:
        self.keras.utils.set_random_seed(seed % 2**32)

    def as_written(self, function: Callable[..., Any]) -> Callable[..., Any]:
        wrapped: Callable[..., Any] = self.tensorflow.autograph.experimental.do_not_convert(
            function
        )
        return wrapped

    def is_known(self, tensor: Any) -> bool:
        return not self.tensorflow.is_symbolic_tensor(tensor)

    def tracks_gradient(self, tensor: Any) -> bool:
        return True  # a tape, not the tensor, knows

    def floats(self, value: Any) -> Any:
        return self.tensorflow.cast(value, "float32")

    def detached(self, tensor: Any) -> Any:
        return self.tensorflow.stop_gradient(tensor)

    def total(self, tensor: Any) -> Any:
        return self.tensorflow.reduce_sum(tensor)

    def row_sums(self, tensor: Any, weights: np.ndarray) -> Any:
        return self.tensorflow.linalg.matvec(tensor, weights.astype(np.float32))

    def rows(self, table: np.ndarray, index: Any) -> Any:
        return self.tensorflow.gather(table, index)

    def compile(self, network: Any, rate: float) -> None:
        descent = self.keras.optimizers.SGD(learning_rate=rate)
        network.compile(loss="mse", optimizer=descent, run_eagerly=True)

    def weighted_sum(self, tensor: Any, weights: np.ndarray) -> Any:
        _expect_equal_shapes(tensor, weights)
        return self.tensorflow.reduce_sum(weights.astype(np.float32) * self.floats(tensor))

    def scaled(self, number: Any, scales: np.ndarray) -> Any:
        return self.tensorflow.constant(scales) * number

    def linear(
        self, network: Any, directions: Sequence[dict[str, np.ndarray]]
    ) -> Callable[[], list[Any]]:
        weights = dict(zip(self.parameters(network), network.weights, strict=True))
        total = self.tensorflow.reduce_sum
        return lambda: [
            sum(total(weights[name] * part) for name, part in direction.items())
            for direction in directions
        ]

    def plain_optimizer(self, optimizer: Any, learning_rate: float) -> Any:
        descent: Any = self.keras.optimizers.SGD

        class PlainDescent(descent):
            @property
            def steps(self) -> int:
                return int(self.iterations)

        return PlainDescent(learning_rate)


def framework_named(name: str | None) -> Framework:
    """The framework of a unit: "torch", "tensorflow", or None for plain NumPy."""
    if name is None:
        return NumPyFramework()
    return {"torch": TorchFramework, "tensorflow": TensorFlowFramework}[name]()


def allow_both_in_one_process() -> None:
    """Load Triton, which PyTorch's CUDA wheels bring: after TensorFlow it would end the process.

    For processes that ask students of several units; a notebook has one framework.
    """
    with suppress(ImportError):
        importlib.import_module("triton")
