"""Unusual right answers to actor_critic: each must get full marks."""

from autograder.authoring.edits import Edit, RightAnswer

SOFTMAX = "F.softmax(self.policy(x), dim=-1)"
VALUE = "self.critic(x).squeeze(-1)"
POLICY_LOSS = "(-advantages * log_probs).mean()"
VALUE_LOSS = "F.smooth_l1_loss(values, returns)"
ADVANTAGE = "returns - values.detach()"
BACKWARD = "        (policy_loss + value_loss).backward()\n"

RIGHT_ANSWERS = (
    RightAnswer(
        "heads_with_other_names",
        (
            Edit("forward", "self.critic = ", "self.value_head = "),
            Edit("forward", VALUE, "self.value_head(x).squeeze(-1)"),
        ),
    ),
    RightAnswer(
        "other_name_of_the_hidden_layer",
        (
            Edit("forward", "self.hidden = nn", "self.gemeinsame_schicht_größe = nn"),
            Edit("forward", "self.hidden(x)", "self.gemeinsame_schicht_größe(x)"),
        ),
    ),
    RightAnswer(
        "softmax_inside_the_head",
        (
            Edit(
                "forward",
                "self.policy = nn.Linear(hidden_size, n_actions)",
                "self.policy = nn.Sequential("
                "nn.Linear(hidden_size, n_actions), nn.Softmax(dim=-1))",
            ),
            Edit("forward", SOFTMAX, "self.policy(x)"),
        ),
    ),
    RightAnswer(
        "sequential_trunk",
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
        "critic_defined_first",
        (
            Edit("forward", "        self.policy = nn.Linear(hidden_size, n_actions)\n", ""),
            Edit(
                "forward",
                "        self.critic = nn.Linear(hidden_size, 1)\n",
                "        self.critic = nn.Linear(hidden_size, 1)\n"
                "        self.policy = nn.Linear(hidden_size, n_actions)\n",
            ),
        ),
    ),
    RightAnswer(
        "an_extra_hidden_layer",
        (
            Edit(
                "forward",
                "self.policy = nn",
                "self.second = nn.Linear(hidden_size, hidden_size)\n        self.policy = nn",
            ),
            Edit(
                "forward", "F.relu(self.hidden(x))", "F.relu(self.second(F.relu(self.hidden(x))))"
            ),
        ),
    ),
    RightAnswer("value_by_index", (Edit("forward", VALUE, "self.critic(x)[:, 0]"),)),
    RightAnswer("value_by_flatten", (Edit("forward", VALUE, "self.critic(x).flatten()"),)),
    RightAnswer("value_by_view", (Edit("forward", VALUE, "self.critic(x).view(len(x))"),)),
    RightAnswer(
        "outputs_as_a_list", (Edit("forward", "return probs, value", "return [probs, value]"),)
    ),
    RightAnswer(
        "exp_of_log_softmax",
        (Edit("forward", SOFTMAX, "torch.exp(F.log_softmax(self.policy(x), dim=-1))"),),
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
        "difference_detached", (Edit("advantage", ADVANTAGE, "(returns - values).detach()"),)
    ),
    RightAnswer(
        "advantage_under_no_grad",
        (
            Edit(
                "advantage",
                f"    return {ADVANTAGE}\n",
                "    with torch.no_grad():\n        return returns - values\n",
            ),
        ),
    ),
    RightAnswer(
        "advantage_by_subtract",
        (Edit("advantage", ADVANTAGE, "torch.sub(returns, values.detach())"),),
    ),
    RightAnswer(
        "both_losses_as_sums",
        (
            Edit("losses", ".mean()", ".sum()"),
            Edit("losses", VALUE_LOSS, 'F.smooth_l1_loss(values, returns, reduction="sum")'),
        ),
    ),
    RightAnswer(
        "losses_in_a_loop",
        (
            Edit(
                "losses",
                f"policy_loss = {POLICY_LOSS}",
                "policy_loss = torch.stack([-a * p for a, p in zip(advantages, log_probs)]).sum()",
            ),
            Edit(
                "losses",
                f"value_loss = {VALUE_LOSS}",
                "value_loss = torch.stack(\n"
                "        [F.smooth_l1_loss(v, g) for v, g in zip(values, returns)]\n"
                "    ).sum()",
            ),
        ),
    ),
    RightAnswer("huber_loss", (Edit("losses", VALUE_LOSS, "F.huber_loss(values, returns)"),)),
    RightAnswer(
        "smooth_l1_as_a_module", (Edit("losses", VALUE_LOSS, "nn.SmoothL1Loss()(returns, values)"),)
    ),
    RightAnswer(
        "smooth_l1_by_hand",
        (
            Edit(
                "losses",
                f"value_loss = {VALUE_LOSS}",
                "error = (values - returns).abs()\n"
                "    value_loss = torch.where(error < 1, error**2 / 2, error - 0.5).mean()",
            ),
        ),
    ),
    RightAnswer(
        "advantage_computed_again_but_detached",
        (Edit("losses", "-advantages", "-(returns - values).detach()"),),
    ),
    RightAnswer(
        "half_the_critics_loss",
        (Edit("update", "policy_loss + value_loss", "policy_loss + 0.5 * value_loss"),),
    ),
    RightAnswer(
        "two_backwards_one_step",
        (
            Edit(
                "update",
                BACKWARD,
                "        policy_loss.backward(retain_graph=True)\n        value_loss.backward()\n",
            ),
        ),
    ),
    RightAnswer(
        "losses_stacked",
        (
            Edit(
                "update",
                "(policy_loss + value_loss).backward()",
                "torch.stack([policy_loss, value_loss]).sum().backward()",
            ),
        ),
    ),
    RightAnswer(
        "everything_in_one_line",
        (
            Edit("update", "        advantages = advantage(returns, values)\n", ""),
            Edit(
                "update",
                "policy_loss, value_loss = losses(log_probs, advantages, values, returns)",
                "loss = sum(losses(log_probs, advantage(returns, values), values, returns))",
            ),
            Edit("update", "(policy_loss + value_loss).backward()", "loss.backward()"),
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
    RightAnswer(
        "saved_by_keywords",
        (
            Edit(
                "update",
                "SavedAction(log_prob, value)",
                "SavedAction(value=value, log_prob=log_prob)",
            ),
        ),
    ),
    RightAnswer(
        "gradients_clipped",
        (
            Edit(
                "update",
                BACKWARD,
                BACKWARD + "        nn.utils.clip_grad_norm_(self.net.parameters(), 0.5)\n",
            ),
        ),
    ),
    RightAnswer("another_learning_rate", (Edit("agent", "lr=3e-2", "lr=1e-2"),)),
    RightAnswer("letters_in_capitals", (Edit("diagnosis", '"dfa"', '"D F A"'),)),
    RightAnswer(
        "advantages_computed_by_ones_own_function",
        (
            Edit(
                "diagnosis",
                "[0.7, -0.5, 0.2, -1.3]",
                "advantage(torch.tensor([1.2, 0.4, -0.6, -1.0]), torch.tensor([0.5, 0.9, -0.8, 0.3]))",
            ),
            Edit("diagnosis", "[0, 1, 4, 5]", "(5, 4, 1, 0)"),
        ),
    ),
    RightAnswer(
        "first_agent_with_half_the_critics_loss",
        (Edit("first_agent", "(actor + critic).backward()", "(actor + 0.5 * critic).backward()"),),
    ),
    RightAnswer(
        "first_agent_with_tuples",
        (
            Edit(
                "first_agent",
                "self.log_probs, self.estimates, self.collected = [], [], []",
                "self.remembered, self.collected = [], []",
            ),
            Edit("first_agent", "        self.log_probs.append(log_prob)\n", ""),
            Edit(
                "first_agent",
                "self.estimates.append(value)",
                "self.remembered.append((log_prob, value))",
            ),
            Edit(
                "first_agent",
                "log_probs, values = torch.cat(self.log_probs), torch.cat(self.estimates)",
                "log_probs, values = map(torch.cat, zip(*self.remembered))",
            ),
        ),
    ),
    RightAnswer(
        "experiment_with_more_decimals",
        (
            Edit("experiment", "[150.9, 126.4, 91.7]", "np.array([150.8667, 126.3667, 91.7333])"),
            Edit("experiment", "[1, 5]", "[5, 1]"),
        ),
    ),
    RightAnswer(
        "numpy_draws_the_actions",
        (
            Edit(
                "act",
                "def choose_action",
                "random = np.random.default_rng()\n\n\ndef choose_action",
            ),
            Edit(
                "act",
                "action = m.sample()",
                "action = torch.as_tensor(\n"
                "        (random.random(len(probs)) < probs[:, 1].detach().numpy()).astype(int)\n"
                "    )",
            ),
        ),
    ),
    RightAnswer(
        "the_mean_of_both_losses",
        (
            Edit(
                "update",
                "(policy_loss + value_loss).backward()",
                "torch.stack([policy_loss, value_loss]).mean().backward()",
            ),
        ),
    ),
    RightAnswer(
        "critic_with_a_layer_of_its_own_more",
        (
            Edit(
                "forward",
                "self.critic = nn.Linear(hidden_size, 1)",
                "self.critic = nn.Sequential(\n"
                "            nn.Linear(hidden_size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 1)\n"
                "        )",
            ),
        ),
    ),
)
