"""Unusual right answers to policy_network: each must get full marks."""

from autograder.authoring.edits import Edit, RightAnswer

SOFTMAX = "F.softmax(self.policy_head(x), dim=-1)"

RIGHT_ANSWERS = (
    RightAnswer(
        "other_layer_names",
        (
            Edit("forward", "self.hidden = nn", "self.erste_schicht_größe = nn"),
            Edit("forward", "self.hidden(x)", "self.erste_schicht_größe(x)"),
        ),
    ),
    RightAnswer(
        "sequential",
        (
            Edit(
                "forward",
                "self.hidden = nn.Linear(4, hidden_size)",
                "self.hidden = nn.Sequential(nn.Linear(4, hidden_size), nn.ReLU())",
            ),
            Edit("forward", "F.relu(self.hidden(x))", "self.hidden(x)"),
        ),
    ),
    RightAnswer(
        "softmax_as_a_module", (Edit("forward", SOFTMAX, "nn.Softmax(dim=1)(self.policy_head(x))"),)
    ),
    RightAnswer(
        "exp_of_log_softmax",
        (Edit("forward", SOFTMAX, "torch.exp(F.log_softmax(self.policy_head(x), dim=-1))"),),
    ),
    RightAnswer(
        "relu_by_clamp", (Edit("forward", "F.relu(self.hidden(x))", "self.hidden(x).clamp(min=0)"),)
    ),
    RightAnswer(
        "an_extra_hidden_layer",
        (
            Edit(
                "forward",
                "self.policy_head = nn",
                "self.second = nn.Linear(hidden_size, hidden_size)\n        self.policy_head = nn",
            ),
            Edit(
                "forward", "F.relu(self.hidden(x))", "F.relu(self.second(F.relu(self.hidden(x))))"
            ),
        ),
    ),
    RightAnswer(
        "categorical_from_logits",
        (Edit("act", "Categorical(probs)", "Categorical(logits=torch.log(probs))"),),
    ),
    RightAnswer(
        "multinomial_and_gather",
        (
            Edit("act", "action = m.sample()", "action = torch.multinomial(probs, 1).squeeze(1)"),
            Edit(
                "act",
                "m.log_prob(action)",
                "torch.log(probs.gather(1, action[:, None])).squeeze(1)",
            ),
        ),
    ),
    RightAnswer(
        "observation_by_from_numpy",
        (
            Edit(
                "act",
                "torch.as_tensor(observation, dtype=torch.float32)",
                "torch.from_numpy(observation).float()",
            ),
        ),
    ),
    RightAnswer(
        "action_as_an_array",
        (
            Edit(
                "act",
                "return action, m.log_prob(action)",
                "return action.numpy(), m.log_prob(action)",
            ),
            Edit("update", "return action.numpy()", "return action"),
        ),
    ),
    RightAnswer(
        "returns_by_insert",
        (
            Edit("returns", "returns.append(following)", "returns.insert(0, following)"),
            Edit("returns", "    returns.reverse()\n", ""),
        ),
    ),
    RightAnswer(
        "returns_in_a_preallocated_tensor",
        (
            Edit(
                "returns",
                "    returns = []\n",
                "    returns = torch.zeros(len(rewards))\n    t = len(rewards)\n",
            ),
            Edit("returns", "returns.append(following)", "t -= 1\n        returns[t] = following"),
            Edit("returns", "    returns.reverse()\n", ""),
            Edit("returns", "torch.tensor(returns, dtype=torch.float32)", "returns"),
        ),
    ),
    RightAnswer(
        "returns_vectorised",
        (
            Edit(
                "returns",
                "    returns.reverse()\n",
                "    n = len(rewards)\n"
                "    powers = np.triu(gamma ** np.maximum(np.arange(n) - np.arange(n)[:, None], 0))\n"
                "    returns = (powers @ np.asarray(rewards, dtype=float)).tolist()\n",
            ),
        ),
    ),
    RightAnswer("returns_as_float64", (Edit("returns", "torch.float32", "torch.float64"),)),
    RightAnswer(
        "returns_in_a_deque",
        (
            Edit(
                "returns",
                "    returns = []\n",
                "    from collections import deque\n    returns = deque()\n",
            ),
            Edit("returns", "returns.append(following)", "returns.appendleft(following)"),
            Edit("returns", "    returns.reverse()\n", ""),
        ),
    ),
    RightAnswer("eps_1e_8", (Edit("normalise", "np.finfo(np.float32).eps.item()", "1e-8"),)),
    RightAnswer(
        "std_with_bessel_and_guard",
        (
            Edit(
                "normalise",
                "    eps = np.finfo(np.float32).eps.item()\n",
                "    eps = 1e-6\n    if len(returns) == 1:\n        return torch.zeros(1)\n",
            ),
            Edit("normalise", "std(correction=0)", "std()"),
        ),
    ),
    RightAnswer(
        "clamped_divisor",
        (
            Edit(
                "normalise",
                "(returns.std(correction=0) + eps)",
                "returns.std(correction=0).clamp(min=eps)",
            ),
        ),
    ),
    RightAnswer("loss_as_a_sum", (Edit("loss", ".mean()", ".sum()"),)),
    RightAnswer(
        "loss_in_a_loop",
        (
            Edit(
                "loss",
                "return (-returns * log_probs).mean()",
                "losses = [-g * p for g, p in zip(returns, log_probs)]\n"
                "    return torch.stack(losses).sum()",
            ),
        ),
    ),
    RightAnswer(
        "loss_as_a_dot_product",
        (Edit("loss", "(-returns * log_probs).mean()", "-torch.dot(returns.float(), log_probs)"),),
    ),
    RightAnswer(
        "logical_or",
        (
            Edit(
                "update",
                "transition.terminated | transition.truncated",
                "np.logical_or(transition.terminated, transition.truncated)",
            ),
        ),
    ),
    RightAnswer(
        "sum_of_flags",
        (
            Edit(
                "update",
                "transition.terminated | transition.truncated",
                "(transition.terminated.astype(int) + transition.truncated.astype(int)) > 0",
            ),
        ),
    ),
    RightAnswer(
        "gradients_set_to_none",
        (
            Edit(
                "update", "self.optimizer.zero_grad()", "self.optimizer.zero_grad(set_to_none=True)"
            ),
        ),
    ),
    RightAnswer(
        "zero_grad_at_the_end",
        (
            Edit("update", "        self.optimizer.zero_grad()\n", ""),
            Edit(
                "update",
                "        self.optimizer.step()\n",
                "        self.optimizer.step()\n        self.optimizer.zero_grad()\n",
            ),
        ),
    ),
    RightAnswer("another_learning_rate", (Edit("agent", "lr=3e-2", "lr=2e-2"),)),
    RightAnswer("letters_in_capitals", (Edit("diagnosis", '"bfc"', '"B, F, C"'),)),
    RightAnswer("letters_in_a_list", (Edit("diagnosis", '"bfc"', 'list("bfc")'),)),
    RightAnswer(
        "returns_computed_by_ones_own_function",
        (Edit("diagnosis", "[2, 2, 4, 4]", "discounted_returns([1, 0, 2, 4], 0.5)"),),
    ),
    RightAnswer(
        "experiment_computed",
        (
            Edit(
                "experiment",
                "[99.7, 277.3, 94.7]",
                "np.array([sorted(row)[1:4] for row in greedy.values()]).mean(axis=1)",
            ),
            Edit(
                "experiment",
                "[7, 0, 12]",
                "[sum(a > b for a in x[0.3] for b in x[other]) "
                "for x, other in ((training, 0.03), (greedy, 0.03), (greedy, 0.003))]",
            ),
        ),
    ),
    RightAnswer(
        "first_agent_sums_its_losses_itself",
        (
            Edit("first_agent", "torch.cat(self.log_probs)", "torch.stack(self.log_probs)[:, 0]"),
            Edit(
                "first_agent",
                "transition.terminated[0] or transition.truncated[0]",
                "(transition.terminated | transition.truncated).all()",
            ),
        ),
    ),
    RightAnswer(
        "first_agent_zero_grad_at_the_end",
        (
            Edit("first_agent", "            self.optimizer.zero_grad()\n", ""),
            Edit(
                "first_agent",
                "            self.optimizer.step()\n",
                "            self.optimizer.step()\n            self.optimizer.zero_grad()\n",
            ),
        ),
    ),
    RightAnswer(
        "first_agent_with_array_rewards",
        (Edit("first_agent", "float(transition.reward[0])", "transition.reward[0]"),),
    ),
    RightAnswer(
        "a_generator_of_ones_own",
        (
            Edit(
                "act", "def choose_action", "generator = torch.Generator()\n\n\ndef choose_action"
            ),
            Edit(
                "act",
                "action = m.sample()",
                "action = torch.multinomial(probs, 1, generator=generator)[:, 0]",
            ),
        ),
    ),
    RightAnswer(
        "a_linear_layer_of_ones_own",
        (
            Edit(
                "forward",
                "class PolicyNetwork(nn.Module):",
                "class Dense(nn.Module):\n"
                "    def __init__(self, inputs, outputs):\n"
                "        super().__init__()\n"
                "        self.kernel = nn.Parameter(0.3 * torch.randn(inputs, outputs))\n"
                "        self.bias = nn.Parameter(torch.zeros(outputs))\n\n"
                "    def forward(self, x):\n"
                "        return x @ self.kernel + self.bias\n\n\n"
                "class PolicyNetwork(nn.Module):",
            ),
            Edit(
                "forward",
                "self.hidden = nn.Linear(4, hidden_size)",
                "self.hidden = Dense(4, hidden_size)",
            ),
        ),
    ),
    RightAnswer(
        "weights_from_the_returns_as_numbers",
        (
            Edit(
                "loss",
                "return (-returns * log_probs).mean()",
                "weights = torch.from_numpy(-returns.numpy())\n    return (weights * log_probs).mean()",
            ),
        ),
    ),
    RightAnswer(
        "gradients_clipped_by_their_norm",
        (
            Edit(
                "update",
                "        loss.backward()\n",
                "        loss.backward()\n        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)\n",
            ),
        ),
    ),
    RightAnswer(
        "optimizer_moved_to_the_device",
        (
            Edit(
                "save",
                'agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])',
                'agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])\n'
                "    for averages in agent.optimizer.state.values():\n"
                "        for name, value in averages.items():\n"
                "            if torch.is_tensor(value):\n"
                "                averages[name] = value.cpu()",
            ),
        ),
    ),
)
