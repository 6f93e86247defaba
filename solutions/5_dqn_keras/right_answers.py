"""Unusual right answers to dqn_keras: each must get full marks."""

from autograder.authoring.edits import Edit, RightAnswer

FIRST = 'hidden = layers.Dense(hidden_size, activation="relu")(observation)'
SECOND = 'layers.Dense(hidden_size, activation="relu")(hidden)'
VALUES = "net.predict_on_batch([observation, np.ones((n, n_actions))])"
CHOICE = "return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))"
TARGET = "return reward + gamma * next_values.max(axis=1) * ~terminated"
ONE_HOT = "keras.utils.to_categorical(action, n_actions)"
STEP = "net.train_on_batch([observation, one_hot], one_hot * targets[:, None])"
COLUMNS = "map(np.array, columns)"
ROWS = "(self.position + np.arange(n)) % self.capacity"

RIGHT_ANSWERS = (
    RightAnswer("activation_as_a_layer", (
        Edit("model", FIRST, "hidden = layers.ReLU()(layers.Dense(hidden_size)(observation))"),
    )),
    RightAnswer("activation_as_a_function", (
        Edit("model", SECOND, "keras.activations.relu(layers.Dense(hidden_size)(hidden))"),
        Edit("model", "layers.Dense(n_actions)", 'layers.Dense(n_actions, activation="linear")'),
    )),
    RightAnswer("multiply_by_the_operator", (
        Edit("model", "layers.Multiply()([values, mask])", "mask * values"),
    )),
    RightAnswer("layers_in_a_loop_with_names", (
        Edit("model", FIRST,
             "hidden = observation\n    for größe in (hidden_size,):\n"
             '        hidden = layers.Dense(größe, activation="relu", name="erste")(hidden)'),
    )),
    RightAnswer("epsilon_by_interp", (
        Edit("epsilon", "return start + (end - start) * share",
             "return np.interp(step, [0, steps], [start, end])"),
    )),
    RightAnswer("epsilon_by_max", (
        Edit("epsilon", "return start + (end - start) * share",
             "return max(end, start - (start - end) / steps * step)"),
    )),
    RightAnswer("model_called_directly", (
        Edit("act", VALUES, "net([observation, np.ones((n, n_actions))]).numpy()"),
    )),
    RightAnswer("act_row_by_row", (
        Edit("act", CHOICE,
             "return [np.random.randint(n_actions) if explore[i] else int(np.argmax(values[i]))"
             " for i in range(n)]"),
    )),
    RightAnswer("random_actions_then_greedy_ones", (
        Edit("act", CHOICE,
             "action = np.random.choice(n_actions, size=n)\n"
             "    action[~explore] = np.argmax(values[~explore], axis=-1)\n    return action"),
    )),
    RightAnswer("targets_by_where", (
        Edit("targets", TARGET,
             "return np.where(terminated, reward, reward + gamma * np.max(next_values, axis=1))"),
    )),
    RightAnswer("next_values_set_to_zero", (
        Edit("targets", TARGET,
             "next_values = np.array(next_values)\n    next_values[terminated] = 0\n"
             "    return reward + gamma * np.amax(next_values, axis=-1)"),
    )),
    RightAnswer("one_hot_by_eye", (Edit("learn", ONE_HOT, "np.eye(n_actions)[action]"),)),
    RightAnswer("answers_filled_in", (
        Edit("learn", STEP, "net.train_on_batch([observation, one_hot], answers)"),
        Edit("learn", "    return net",
             "    answers = np.zeros((len(action), n_actions))\n"
             "    answers[np.arange(len(action)), action] = targets\n    return net"),
    )),
    RightAnswer("columns_in_a_comprehension", (
        Edit("naive", COLUMNS,
             "(np.array([step[i] for step in self.memory]) for i in range(5))"),
    )),
    RightAnswer("targets_of_the_naive_agent_at_once", (
        Edit("naive", "        learn(self.net, observation, action, targets)\n",
             "        self.loss = learn(\n"
             "            net=self.net, observation=observation, action=action, targets=targets\n"
             "        )\n"),
    )),
    RightAnswer("memory_as_a_deque", (
        Edit("memory", "        self.position = 0",
             "        self.rows = deque(maxlen=capacity)\n        self.position = 0"),
        Edit("memory", f"        rows = {ROWS}  # (n,)\n",
             "        self.rows.extend(\n"
             "            tuple(np.array(column[i]) for column in transition[:5])\n"
             "            for i in range(n)\n"
             "        )\n"
             f"        rows = {ROWS}\n"),
        Edit("memory", "        rows = np.random.randint(self.size, size=batch_size)  # (batch,)\n"
             "        return Batch(*(array[rows] for array in self.store))",
             "        rows = np.random.choice(len(self.rows), batch_size)\n"
             "        return Batch(*map(np.array, zip(*(self.rows[i] for i in rows))))"),
    )),
    RightAnswer("memory_row_by_row", (
        Edit("memory", f"rows = {ROWS}  # (n,)",
             "rows = [(self.position + i) % self.capacity for i in range(n)]"),
    )),
    RightAnswer("weights_copied_one_by_one", (
        Edit("copy", "target_net.set_weights(net.get_weights())",
             "for slow, fast in zip(target_net.weights, net.weights):\n        slow.assign(fast)"),
    )),
    RightAnswer("target_network_cloned", (
        Edit("update", "self.target_net = build_model(alpha=s.alpha)",
             "self.target_net = keras.models.clone_model(self.net)"),
    )),
    RightAnswer("follows_before_the_batch_is_learned", (
        Edit("update", "        targets = td_targets(self.target_net,",
             "        if self.batches % s.target_interval == 0:\n"
             "            copy_weights(self.target_net, self.net)\n"
             "        targets = td_targets(self.target_net,"),
        Edit("update",
             "        self.batches += 1\n        if self.batches % s.target_interval == 0:\n"
             "            copy_weights(self.target_net, self.net)\n",
             "        self.batches += 1\n"),
    )),
    RightAnswer("another_learning_rate", (
        Edit("agent", "Settings()", "Settings(alpha=2e-3, batch_size=128)"),
    )),
    RightAnswer("letters_in_a_list", (Edit("diagnosis", '"fce"', 'list("FCE")'),)),
    RightAnswer("exact_interquartile_means", (
        Edit("experiment", "[145.3, 166.0, 16.7]", "np.sort([[145, 147, 144, 83, 194], [91, 200, 197, 133, 168], [13, 22, 15, 26, 9]])[:, 1:4].mean(axis=1)"),
    )),
    RightAnswer("numbers_in_an_array", (
        Edit("diagnosis", "[-0.3, 0.1, 0.0, -0.6, -0.1, -0.1]",
             "np.array([-0.3, 0.1, 0.0, -0.6, -0.1, -0.1], np.float32)"),
    )),
    RightAnswer("frozen_target_network", (
        Edit("update", "        self.memory = ReplayMemory(s.memory_size)\n",
             "        self.target_net.trainable = False\n"
             "        self.memory = ReplayMemory(s.memory_size)\n"),
    )),
    RightAnswer("learns_in_replay_itself", (
        Edit("update", "        learn(self.net, observation, action, targets)\n",
             "        mask = np.eye(2)[action]\n"
             "        self.net.train_on_batch([observation, mask], mask * targets[:, None])\n"),
    )),
    RightAnswer("a_function_that_returns_the_copy", (
        Edit("copy", "target_net.set_weights(net.get_weights())",
             "target_net.set_weights(net.get_weights())\n    return target_net"),
        Edit("update",
             "self.target_net = build_model(alpha=s.alpha)\n"
             "        copy_weights(self.target_net, self.net)",
             "self.target_net = copy_weights(build_model(alpha=s.alpha), self.net)"),
    )),
)  # fmt: skip
