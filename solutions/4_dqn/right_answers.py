"""Unusual right answers to dqn: each must get full marks."""

from autograder.authoring.edits import Edit, RightAnswer

PUSH = """        rows = (self.position + np.arange(n)) % self.capacity  # (n,)
        self.store.observation[rows] = transition.observation
        self.store.action[rows] = transition.action
        self.store.reward[rows] = transition.reward
        self.store.next_observation[rows] = transition.next_observation
        self.store.terminated[rows] = transition.terminated
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)
"""
DRAW = "np.random.randint(self.size, size=batch_size)"
SAMPLE = """        rows = np.random.randint(self.size, size=batch_size)  # (batch,)
        return Batch(*(torch.as_tensor(array[rows]) for array in self.store))
"""
TARGETS = """    with torch.no_grad():
        next_value = target_net(next_observation).max(dim=1).values  # (batch,)
        return reward + gamma * next_value * ~terminated  # (batch,)
"""
LOSS = """    taken = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)  # (batch,)
    return F.smooth_l1_loss(taken, targets)
"""
SOFT_UPDATE = """    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters()):
            slow.lerp_(fast, tau)
"""
ACT = """    explore = np.random.rand(n) < epsilon  # (n,)
    return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
"""
COPY = """        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
"""
STEP = """        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
"""

RIGHT_ANSWERS = (
    RightAnswer(
        "a_deque_of_transitions",
        (
            Edit(
                "memory",
                "        self.capacity = capacity\n",
                "        from collections import deque\n"
                "        self.capacity = capacity\n"
                "        self.deque = deque(maxlen=capacity)\n",
            ),
            Edit(
                "memory",
                PUSH,
                "        for i in range(n):\n"
                "            self.deque.append(tuple(np.copy(c[i]) for c in transition[:5]))\n"
                "        self.size = len(self.deque)\n",
            ),
            Edit(
                "memory",
                SAMPLE,
                "        import random\n"
                "        drawn = zip(*random.sample(self.deque, batch_size))\n"
                "        o, a, r, p, t = (np.stack(column) for column in drawn)\n"
                "        return Batch(\n"
                "            torch.tensor(o, dtype=torch.float32), torch.tensor(a),\n"
                "            torch.tensor(r, dtype=torch.float32),\n"
                "            torch.tensor(p, dtype=torch.float32), torch.tensor(t),\n"
                "        )\n",
            ),
        ),
    ),
    RightAnswer(
        "row_by_row",
        (
            Edit(
                "memory",
                PUSH,
                "        for i in range(n):\n"
                "            for array, column in zip(self.store, transition):\n"
                "                array[self.position] = column[i]\n"
                "            self.position += 1\n"
                "            if self.position == self.capacity:\n"
                "                self.position = 0\n"
                "            self.size += self.size < self.capacity\n",
            ),
        ),
    ),
    RightAnswer(
        "rows_by_name",
        (
            Edit(
                "memory",
                PUSH,
                "        rows = np.arange(self.position, self.position + n)\n"
                "        rows[rows >= self.capacity] -= self.capacity\n"
                "        for name in Batch._fields:\n"
                "            getattr(self.store, name)[rows] = getattr(transition, name)\n"
                "        self.position = int(rows[-1] + 1) % self.capacity\n"
                "        self.size = int(np.clip(self.size + n, 0, self.capacity))\n",
            ),
        ),
    ),
    RightAnswer(
        "drawn_without_putting_back",
        (
            Edit("memory", DRAW, "np.random.choice(self.size, min(batch_size, self.size), False)"),
            # A smaller batch than asked for is no answer: the agent must wait for it.
        ),
    ),
    RightAnswer(
        "drawn_by_torch",
        (Edit("memory", DRAW, "torch.randint(self.size, (batch_size,)).numpy()"),),
    ),
    RightAnswer(
        "a_tuple_of_tensors",
        (
            Edit(
                "memory",
                "return Batch(*(torch.as_tensor(array[rows]) for array in self.store))",
                "return Batch._make([torch.from_numpy(array[rows]) for array in self.store])",
            ),
        ),
    ),
    RightAnswer(
        "relu_as_a_module",
        (Edit("forward", "F.relu(self.layer1(x))", "nn.ReLU()(self.layer1(x))"),),
    ),
    RightAnswer(
        "relu_by_clamp",
        (
            Edit("forward", "F.relu(self.layer1(x))", "self.layer1(x).clamp(min=0)"),
            Edit("forward", "F.relu(self.layer2(x))", "torch.max(self.layer2(x), torch.zeros(()))"),
        ),
    ),
    RightAnswer(
        "forward_takes_arrays_too",
        (
            Edit(
                "forward",
                "        x = F.relu(self.layer1(x))  # (batch, hidden_size)\n",
                "        x = torch.as_tensor(np.asarray(x), dtype=torch.float32)\n"
                "        x = F.relu(self.layer1(x))  # (batch, hidden_size)\n",
            ),
        ),
    ),
    RightAnswer(
        "forward_in_one_line",
        (
            Edit(
                "forward",
                "        x = F.relu(self.layer1(x))  # (batch, hidden_size)\n"
                "        x = F.relu(self.layer2(x))  # (batch, hidden_size)\n"
                "        return self.layer3(x)  # (batch, n_actions)\n",
                "        return self.layer3(self.layer2(self.layer1(x).relu()).relu())\n",
            ),
        ),
    ),
    RightAnswer(
        "sequential",
        (
            Edit(
                "forward",
                "        self.layer1 = nn.Linear(n_observations, hidden_size)\n"
                "        self.layer2 = nn.Linear(hidden_size, hidden_size)\n"
                "        self.layer3 = nn.Linear(hidden_size, n_actions)\n",
                "        self.layers = nn.Sequential(\n"
                "            nn.Linear(n_observations, hidden_size), nn.ReLU(),\n"
                "            nn.Linear(hidden_size, hidden_size), nn.ReLU(),\n"
                "            nn.Linear(hidden_size, n_actions),\n"
                "        )\n",
            ),
            Edit(
                "forward",
                "        x = F.relu(self.layer1(x))  # (batch, hidden_size)\n"
                "        x = F.relu(self.layer2(x))  # (batch, hidden_size)\n"
                "        return self.layer3(x)  # (batch, n_actions)\n",
                "        return self.layers(x)\n",
            ),
        ),
    ),
    RightAnswer(
        "epsilon_by_math",
        (
            Edit("epsilon", "    return end", "    import math\n    return end"),
            Edit("epsilon", "np.exp(-step / decay)", "math.exp(-1.0 * step / decay)"),
        ),
    ),
    RightAnswer(
        "epsilon_as_a_mixture",
        (
            Edit(
                "epsilon",
                "return end + (start - end) * np.exp(-step / decay)",
                "rest = np.e ** (-step / decay)\n    return rest * start + (1 - rest) * end",
            ),
        ),
    ),
    RightAnswer(
        "epsilon_as_a_tensor",
        (
            Edit(
                "epsilon",
                "np.exp(-step / decay)",
                "torch.exp(torch.tensor(-step / decay))",
            ),
            Edit("act", "np.random.rand(n) < epsilon", "np.random.rand(n) < float(epsilon)"),
        ),
    ),
    RightAnswer(
        "row_by_row_in_a_loop",
        (
            Edit(
                "act",
                ACT,
                "    import random\n"
                "    action = np.zeros(n, dtype=np.int64)\n"
                "    for i in range(n):\n"
                "        if random.random() < epsilon:\n"
                "            action[i] = random.randrange(n_actions)\n"
                "        else:\n"
                "            action[i] = np.argmax(values[i])\n"
                "    return action\n",
            ),
        ),
    ),
    RightAnswer(
        "overwrites_where_it_explores",
        (
            Edit(
                "act",
                ACT,
                "    action = values.argmax(axis=-1)\n"
                "    explore = np.random.uniform(size=n) <= epsilon - 1e-12\n"
                "    action[explore] = np.random.choice(n_actions, size=explore.sum())\n"
                "    return action\n",
            ),
        ),
    ),
    RightAnswer(
        "actions_as_a_tensor",
        (
            Edit(
                "act",
                ACT,
                "    explore = torch.rand(n) < epsilon\n"
                "    best = torch.as_tensor(values).argmax(dim=1)\n"
                "    return torch.where(explore, torch.randint(n_actions, (n,)), best)\n",
            ),
        ),
    ),
    RightAnswer(
        "a_list_of_actions",
        (
            Edit("act", "return np.where(explore", "return list(int(a) for a in np.where(explore"),
            Edit("act", "values.argmax(axis=1))", "values.argmax(axis=1)))"),
            Edit(
                "update",
                "return select_action(self.net, observation, probability)",
                "return np.array(select_action(self.net, observation, probability))",
            ),
            Edit(
                "update",
                "return select_action(self.net, observation, 0.0)",
                "return np.array(select_action(self.net, observation, 0.0))",
            ),
        ),
    ),
    RightAnswer(
        "values_of_non_final_states",
        (
            Edit(
                "targets",
                TARGETS,
                "    next_value = torch.zeros(len(reward))\n"
                "    with torch.no_grad():\n"
                "        goes_on = target_net(next_observation[~terminated])\n"
                "        next_value[~terminated] = goes_on.max(1).values\n"
                "    return reward + gamma * next_value\n",
            ),
        ),
    ),
    RightAnswer(
        "masked_fill_and_detach",
        (
            Edit(
                "targets",
                TARGETS,
                "    value, _ = target_net(next_observation).detach().max(dim=-1)\n"
                "    return reward + gamma * value.masked_fill(terminated, 0.0)\n",
            ),
        ),
    ),
    RightAnswer(
        "one_minus_done",
        (
            Edit(
                "targets",
                TARGETS,
                "    with torch.inference_mode():\n"
                "        best = torch.amax(target_net(next_observation), 1)\n"
                "        y = reward + (1 - terminated.float()) * gamma * best\n"
                "    return y.clone()\n",
            ),
        ),
    ),
    RightAnswer(
        "where",
        (
            Edit(
                "targets",
                "return reward + gamma * next_value * ~terminated",
                "return torch.where(terminated, reward, reward + gamma * next_value)",
            ),
        ),
    ),
    RightAnswer(
        "taken_by_index",
        (
            Edit(
                "loss",
                "net(observation).gather(1, action.unsqueeze(1)).squeeze(1)",
                "net(observation)[torch.arange(len(action)), action]",
            ),
        ),
    ),
    RightAnswer(
        "taken_by_one_hot",
        (
            Edit(
                "loss",
                LOSS,
                "    values = net(observation)\n"
                "    taken = (values * F.one_hot(action, values.shape[1])).sum(dim=1)\n"
                "    return F.huber_loss(taken, targets)\n",
            ),
        ),
    ),
    RightAnswer(
        "columns_against_columns",
        (
            Edit(
                "loss",
                LOSS,
                "    taken = net(observation).gather(1, action[:, None])\n"
                "    return nn.SmoothL1Loss()(taken, targets.unsqueeze(1))\n",
            ),
        ),
    ),
    RightAnswer(
        "huber_by_hand",
        (
            Edit(
                "loss",
                "return F.smooth_l1_loss(taken, targets)",
                "size = (taken - targets).abs()\n"
                "    return torch.where(size < 1, 0.5 * size**2, size - 0.5).mean()",
            ),
        ),
    ),
    RightAnswer(
        "soft_update_by_copy",
        (
            Edit(
                "soft_update",
                "slow.lerp_(fast, tau)",
                "slow.copy_(tau * fast + (1 - tau) * slow)",
            ),
        ),
    ),
    RightAnswer(
        "soft_update_by_state_dict",
        (
            Edit(
                "soft_update",
                SOFT_UPDATE,
                "    slow, fast = target_net.state_dict(), net.state_dict()\n"
                "    for name in fast:\n"
                "        slow[name] = fast[name] * tau + slow[name] * (1 - tau)\n"
                "    target_net.load_state_dict(slow)\n",
            ),
        ),
    ),
    RightAnswer(
        "soft_update_by_data",
        (
            Edit(
                "soft_update",
                SOFT_UPDATE,
                "    for slow, fast in zip(target_net.parameters(), net.parameters()):\n"
                "        slow.data = slow.data + tau * (fast.data - slow.data)\n",
            ),
        ),
    ),
    RightAnswer(
        "soft_update_by_foreach",
        (
            Edit(
                "soft_update",
                SOFT_UPDATE,
                "    with torch.no_grad():\n"
                "        slow, fast = list(target_net.parameters()), list(net.parameters())\n"
                "        torch._foreach_lerp_(slow, fast, tau)\n",
            ),
        ),
    ),
    RightAnswer(
        "target_by_deepcopy",
        (
            Edit(
                "update",
                COPY,
                "        import copy\n        self.target_net = copy.deepcopy(self.net)\n",
            ),
        ),
    ),
    RightAnswer(
        "target_without_gradients",
        (
            Edit(
                "update",
                COPY,
                COPY + "        self.target_net.requires_grad_(False)\n"
                "        self.target_net.eval()\n",
            ),
        ),
    ),
    RightAnswer(
        "zero_grad_at_the_end",
        (
            Edit("update", "        self.optimizer.zero_grad()\n", ""),
            Edit(
                "update",
                "        soft_update(self.target_net, self.net, s.tau)\n",
                "        soft_update(self.target_net, self.net, s.tau)\n"
                "        self.optimizer.zero_grad(set_to_none=False)\n",
            ),
        ),
    ),
    RightAnswer(
        "zero_grad_of_the_network",
        (Edit("update", "self.optimizer.zero_grad()", "self.net.zero_grad()"),),
    ),
    RightAnswer(
        "clipped_by_norm",
        (
            Edit(
                "update",
                "nn.utils.clip_grad_value_(self.net.parameters(), 100)",
                "nn.utils.clip_grad_norm_(self.net.parameters(), 10)",
            ),
        ),
    ),
    RightAnswer(
        "clipped_by_hand",
        (
            Edit(
                "update",
                "nn.utils.clip_grad_value_(self.net.parameters(), 100)",
                "for p in self.net.parameters():\n            p.grad.clamp_(-100, 100)",
            ),
        ),
    ),
    RightAnswer(
        "target_follows_first",
        (
            Edit(
                "update",
                STEP,
                "        soft_update(self.target_net, self.net, s.tau)\n"
                "        self.optimizer.zero_grad()\n"
                "        loss.backward()\n"
                "        nn.utils.clip_grad_value_(self.net.parameters(), 100)\n"
                "        self.optimizer.step()\n",
            ),
        ),
    ),
    RightAnswer(
        "batch_unpacked",
        (
            Edit(
                "update",
                "        batch = self.memory.sample(s.batch_size)\n",
                "        batch = self.memory.sample(s.batch_size)\n"
                "        obs, act, rew, nxt, end = batch\n",
            ),
            Edit(
                "update",
                "self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma",
                "self.target_net, rew, nxt, end, s.gamma",
            ),
            Edit(
                "update",
                "(self.net, batch.observation, batch.action, targets)",
                "(self.net, obs, act, targets)",
            ),
        ),
    ),
    RightAnswer(
        "a_list_of_numpy_numbers",
        (
            Edit(
                "act",
                ACT,
                "    best = [np.argmax(row) for row in values]\n"
                "    return [\n"
                "        np.random.randint(n_actions) if np.random.rand() < epsilon else a\n"
                "        for a in best\n"
                "    ]\n",
            ),
        ),
    ),
    RightAnswer(
        "another_optimizer",
        (
            Edit(
                "update",
                "torch.optim.AdamW(\n"
                "            self.net.parameters(), lr=self.settings.lr, amsgrad=True, fused=True\n"
                "        )",
                "torch.optim.RMSprop(self.net.parameters(), lr=self.settings.lr)",
            ),
        ),
    ),
    RightAnswer("another_learning_rate", (Edit("agent", "Settings()", "Settings(lr=1e-3)"),)),
    RightAnswer(
        "experiment_computed",
        (
            Edit(
                "experiment",
                '    return {"middles": [281.3, 88.0, 247.7, 9.3, 105.3], "misled": [6, 13, 1]}',
                "    rows = [\n"
                "        [226, 149, 387, 231, 428],\n        [10, 9, 281, 239, 15],\n"
                "        [297, 240, 211, 266, 237],\n        [9, 10, 10, 9, 9],\n"
                "        [102, 73, 179, 28, 141],\n    ]\n"
                "    wins = [sum(a > b for a in rows[k] for b in rows[0]) for k in (1, 2, 4)]\n"
                '    return {"middles": np.sort(rows)[:, 1:4].mean(axis=1), "misled": wins}',
            ),
        ),
    ),
    RightAnswer("letters_in_capitals", (Edit("diagnosis", '"ebf"', '" E, B, F"'),)),
    RightAnswer(
        "answers_computed",
        (
            Edit(
                "diagnosis",
                "    return {",
                "    q = np.array([[0.5, 0.8], [0.3, 0.1], [0.6, 0.4], [0.2, 0.7]])\n"
                "    wrong = np.array([0.01, 0.01, 0.01, 0.02]) + 0.9 * q.max(axis=1)\n"
                "    return {",
            ),
            Edit("diagnosis", "[0.73, 0.28, 0.55, 0.65]", "wrong"),
            Edit(
                "diagnosis", "[0.0, 0.27, 0.0, 0.63]", "(wrong - [0.73, 0.01, 0.55, 0.02]).tolist()"
            ),
        ),
    ),
    RightAnswer(
        "memory_of_references",
        (
            Edit("memory", "self.position = 0", "self.rows = []\n        self.position = 0"),
            Edit(
                "memory",
                PUSH,
                "        self.rows += [tuple(c[i] for c in transition[:5]) for i in range(n)]\n"
                "        self.rows = self.rows[-self.capacity:]\n"
                "        self.size = len(self.rows)\n",
            ),
            Edit(
                "memory",
                "Batch(*(torch.as_tensor(array[rows]) for array in self.store))",
                "Batch(*(torch.as_tensor(np.stack(c)) "
                "for c in zip(*(self.rows[i] for i in rows))))",
            ),
        ),
    ),
    RightAnswer(
        "clipped_by_norm_at_ten",
        (
            Edit(
                "update",
                "nn.utils.clip_grad_value_(self.net.parameters(), 100)",
                "nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)",
            ),
        ),
    ),
    RightAnswer(
        "momentum",
        (
            Edit(
                "update",
                "torch.optim.AdamW(\n            self.net.parameters(), lr=self.settings.lr, "
                "amsgrad=True, fused=True\n        )",
                "torch.optim.RMSprop(self.net.parameters(), lr=self.settings.lr, momentum=0.9)",
            ),
        ),
    ),
    RightAnswer(
        "all_in_learn_itself",
        (
            Edit(
                "update",
                """        targets = td_targets(
            self.target_net, batch.reward, batch.next_observation, batch.terminated, s.gamma
        )
        loss = q_loss(self.net, batch.observation, batch.action, targets)
""",
                """        with torch.no_grad():
            best = self.target_net(batch.next_observation).max(1)[0]
            targets = batch.reward + s.gamma * torch.where(batch.terminated, 0.0, best)
        values = self.net(batch.observation)[torch.arange(len(batch.action)), batch.action]
        loss = nn.SmoothL1Loss()(values, targets)
""",
            ),
            Edit(
                "update",
                "        soft_update(self.target_net, self.net, s.tau)\n",
                """        weights, target = self.net.state_dict(), self.target_net.state_dict()
        for key in weights:
            target[key] = weights[key] * s.tau + target[key] * (1 - s.tau)
        self.target_net.load_state_dict(target)
""",
            ),
        ),
    ),
    RightAnswer(
        "a_function_that_returns_the_target_network",
        (
            Edit("soft_update", SOFT_UPDATE, SOFT_UPDATE + "    return target_net\n"),
            Edit("update", COPY, "        self.target_net = soft_update(DQN(), self.net, 1)\n"),
        ),
    ),
)
