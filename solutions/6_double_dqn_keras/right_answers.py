"""Unusual right answers to double_dqn_keras: each must get full marks."""

from autograder.authoring.edits import Edit, RightAnswer

ROWS = "(self.position + np.arange(n)) % self.buffer_size"
STORE = (
    "        for name, array in self.store._asdict().items():\n"
    "            array[rows] = getattr(transition, name)\n"
)
DRAW = "random.sample(range(self.size), batch_size)"
LAYERS = (
    "self.hidden_layers = [\n"
    '            keras.layers.Dense(128, activation="relu") for _ in range(n_hidden_layers)\n'
    "        ]"
)
BEST = "self.predict_on_batch(observation).argmax(axis=1)"
CHOICE = "return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))"
NEXT = "keras.ops.max(target_net(next_observation), axis=1)"
MASKED = "keras.ops.where(terminated, reward, reward + gamma * next_value)"
JUDGED = "tf.gather(target_net(next_observation), best, batch_dims=1)"
TAKEN = "tf.gather(net(observation), action, batch_dims=1)"
HUBER = "keras.losses.Huber()(targets, taken)"
APPLY = "self.optimizer.apply(tape.gradient(loss, variables), variables)"
FOLLOW = (
    "            if self.batches % s.target_update_freq == 0:\n"
    "                transfer_weights(self.target_net, self.net)\n"
)

RIGHT_ANSWERS = (
    RightAnswer("columns_one_by_one", (
        Edit("memory", STORE,
             "        self.store.observation[rows] = transition.observation\n"
             "        self.store.action[rows] = transition.action\n"
             "        self.store.reward[rows] = transition.reward\n"
             "        self.store.next_observation[rows] = transition.next_observation\n"
             "        self.store.terminated[rows] = transition.terminated\n"),
    )),
    RightAnswer("refused_by_an_assertion", (
        Edit("memory", f"rows = {DRAW}",
             "assert batch_size <= self.size\n"
             "        rows = np.random.permutation(self.size)[:batch_size]"),
    )),
    RightAnswer("drawn_by_choice", (
        Edit("memory", DRAW, "np.random.choice(self.size, batch_size, replace=False)"),
    )),
    RightAnswer("buffer_as_a_deque", (
        Edit("memory", "self.position = 0  # the row of the next step",
             "from collections import deque\n"
             "        self.steps = deque(maxlen=buffer_size)\n        self.position = 0"),
        Edit("memory", STORE,
             "        for i in range(n):\n"
             "            self.steps.append([np.array(column[i]) for column in transition[:5]])\n"),
        Edit("memory", f"rows = {DRAW}\n        return Batch(*(array[rows] for array in self.store))",
             "steps = random.sample(list(self.steps), batch_size)\n"
             "        return Batch(*map(np.array, zip(*steps)))"),
    )),
    RightAnswer("hidden_layers_as_a_sequential", (
        Edit("network", LAYERS,
             "self.größe = 128\n"
             "        self.hidden_layers = keras.Sequential(\n"
             "            [keras.layers.Dense(self.größe, activation=\"relu\")\n"
             "             for _ in range(n_hidden_layers)])"),
        Edit("network", "        for layer in self.hidden_layers:\n            x = layer(x)  # (batch, 128)\n",
             "        x = self.hidden_layers(x)\n"),
    )),
    RightAnswer("activation_in_call", (
        Edit("network", 'keras.layers.Dense(128, activation="relu")', "keras.layers.Dense(128)"),
        Edit("network", "x = layer(x)", "x = tf.nn.relu(layer(x))"),
    )),
    RightAnswer("act_by_calling_the_model", (
        Edit("network", BEST, "np.argmax(self(observation).numpy(), axis=-1)"),
    )),
    RightAnswer("act_gives_a_tensor", (
        Edit("network", BEST, "tf.argmax(self(tf.cast(observation, tf.float32)), axis=-1).numpy()"),
    )),
    RightAnswer("epsilon_by_clip", (
        Edit("epsilon", "np.interp(step, [0, steps], [start, end])",
             "start + (end - start) * float(np.clip(step / steps, 0, 1))"),
    )),
    RightAnswer("act_row_by_row", (
        Edit("act", CHOICE,
             "return [np.random.randint(n_actions) if explore[i] else int(values[i].argmax())"
             " for i in range(n)]"),
    )),
    RightAnswer("targets_by_a_factor", (
        Edit("targets", MASKED,
             "reward + gamma * next_value * (1 - tf.cast(terminated, tf.float32))"),
        Edit("targets", NEXT, "tf.reduce_max(target_net(next_observation), axis=-1)"),
    )),
    RightAnswer("choice_by_one_hot", (
        Edit("double_targets", JUDGED,
             "keras.ops.sum(target_net(next_observation) * keras.ops.one_hot(\n"
             "        best, target_net(next_observation).shape[1]), axis=1)"),
    )),
    RightAnswer("choice_by_take_along_axis", (
        Edit("double_targets", JUDGED,
             "keras.ops.take_along_axis(target_net(next_observation), best[:, None], axis=1)[:, 0]"),
    )),
    RightAnswer("double_targets_by_a_factor", (
        Edit("double_targets", MASKED,
             "reward + gamma * next_value * tf.cast(~terminated, tf.float32)"),
    )),
    RightAnswer("loss_by_hand", (
        Edit("loss", HUBER,
             "tf.reduce_mean(tf.where(tf.abs(taken - targets) < 1, (taken - targets) ** 2 / 2,\n"
             "                                   tf.abs(taken - targets) - 0.5))"),
    )),
    RightAnswer("loss_as_a_function", (
        Edit("loss", HUBER, "keras.ops.mean(keras.losses.huber(targets, taken))"),
    )),
    RightAnswer("loss_by_one_hot", (
        Edit("loss", TAKEN,
             "tf.reduce_sum(net(observation) * tf.one_hot(action, net(observation).shape[1]), axis=1)"),
    )),
    RightAnswer("loss_by_gather_nd", (
        Edit("loss", TAKEN,
             "tf.gather_nd(net(observation), tf.stack(\n"
             "        [tf.range(tf.shape(action)[0]), tf.cast(action, tf.int32)], axis=1))"),
    )),
    RightAnswer("weights_assigned_one_by_one", (
        Edit("copy", "target_net.set_weights(net.get_weights())",
             "for slow, fast in zip(target_net.weights, net.weights):\n        slow.assign(fast)"),
    )),
    RightAnswer("apply_gradients", (
        Edit("update", APPLY,
             "gradients = tape.gradient(loss, variables)\n"
             "        self.optimizer.apply_gradients(zip(gradients, variables))"),
    )),
    RightAnswer("gradients_clipped", (
        Edit("update", APPLY,
             "gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, variables), 10.0)\n"
             "        self.optimizer.apply(gradients, variables)"),
    )),
    RightAnswer("follows_before_it_learns", (
        Edit("update", "            self.learn()\n" + FOLLOW, FOLLOW + "            self.learn()\n"),
    )),
    RightAnswer("compiled_with_xla", (
        Edit("update", "tf.function(self.gradient_step)",
             "tf.function(self.gradient_step, jit_compile=True)"),
    )),
    RightAnswer("one_hidden_layer", (Edit("agent", "Settings()", "Settings(n_hidden_layers=1)"),)),
    RightAnswer(
        "exact_interquartile_means",
        (
            Edit(
                "experiment",
                "[348.7, 202.0, 24.7]",
                "np.sort([[392, 154, 500, 130, 500], [155, 328, 162, 232, 212], [26, 29, 13, 28, 20]])[:, 1:4].mean(axis=1)",
            ),
        ),
    ),
    RightAnswer(
        "numbers_computed",
        (
            Edit("diagnosis", "[0.1, 0.3, 0.0, 0.2, 0.0, 0.2]", "0.1 * (batches % 4)"),
            Edit(
                "diagnosis",
                "    return {\n",
                "    batches = np.array([1, 3, 4, 6, 8, 10])\n    return {\n",
            ),
        ),
    ),
    RightAnswer(
        "greedy_actions_by_the_networks_method",
        (
            Edit(
                "act",
                "values.argmax(axis=1)",
                "net.act(observation)",
            ),
        ),
    ),
    RightAnswer(
        "frozen_target_network",
        (
            Edit(
                "update",
                "        self.optimizer = keras",
                "        self.target_net.trainable = False\n        self.optimizer = keras",
            ),
        ),
    ),
)  # fmt: skip
