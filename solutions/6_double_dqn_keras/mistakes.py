"""Typical wrong answers to double_dqn_keras, each a small edit of the reference."""

from autograder.authoring.edits import Edit, Mistake
from autograder.units.shared.probes import FEW_PROBES, check_names

MEMORY = "double_dqn_keras/memory"
NETWORK = "double_dqn_keras/network"
EPSILON = "double_dqn_keras/epsilon"
ACT = "double_dqn_keras/act"
TARGETS = "double_dqn_keras/targets"
DOUBLE = "double_dqn_keras/double_targets"
LOSS = "double_dqn_keras/loss"
COPY = "double_dqn_keras/copy"
UPDATE = "double_dqn_keras/update"
SAVE = "double_dqn_keras/save"
EXPERIMENT = "double_dqn_keras/experiment"
DIAGNOSIS = "double_dqn_keras/diagnosis"

#: The probes, which give no points: each stands at mistakes whose first failed probe it is.
DELAYED_REWARD, TIME_LIMIT = (f"{UPDATE}:{name}" for name in check_names(FEW_PROBES))
STEP = f"{UPDATE}:a_step_moves_the_network_alone"
BOTH = f"{UPDATE}:double_and_plain_targets"
FOLLOWS = f"{UPDATE}:target_network_follows"

ROWS = "(self.position + np.arange(n)) % self.buffer_size"
DRAW = "random.sample(range(self.size), batch_size)"
HIDDEN = 'keras.layers.Dense(128, activation="relu") for _ in range(n_hidden_layers)'
LAST = "keras.layers.Dense(n_actions)"
BEST = "self.predict_on_batch(observation).argmax(axis=1)"
CHOICE = "np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))"
MAX = "keras.ops.max(target_net(next_observation), axis=1)"
MASKED = "keras.ops.where(terminated, reward, reward + gamma * next_value)"
STOPPED = "return keras.ops.stop_gradient(targets)"
CHOSEN = "keras.ops.argmax(net(next_observation), axis=1)"
JUDGED = "tf.gather(target_net(next_observation), best, batch_dims=1)"
TAKEN = "tf.gather(net(observation), action, batch_dims=1)"
HUBER = "keras.losses.Huber()(targets, taken)"
HUBER_BY_HAND = Edit(
    "loss",
    "def q_loss(",
    "def huber(error):\n"
    "    size = keras.ops.abs(error)\n"
    "    return keras.ops.where(size < 1, error**2 / 2, size - 0.5)\n\n\n"
    "def q_loss(",
)
TRANSFER = "target_net.set_weights(net.get_weights())"
APPLY = "        self.optimizer.apply(tape.gradient(loss, variables), variables)\n"
FOLLOW = "                transfer_weights(self.target_net, self.net)\n"

MISTAKES = (
    # --- memory
    Mistake(
        "actions_as_floats",
        "all arrays of the memory have the same dtype",
        (Edit("memory", "np.zeros(buffer_size, np.int64)", "np.zeros(buffer_size, np.float32)"),),
        MEMORY,
        "takes_whole_numbers_and_doubles",
        "actions_not_whole",
        "must be whole",
    ),
    Mistake(
        "ring_not_closed",
        "rows are counted on and on",
        (Edit("memory", ROWS, "self.position + np.arange(n)"),),
        MEMORY,
        "forgets_the_oldest",
        "raises_an_error",
        "IndexError",
    ),
    Mistake(
        "size_without_limit",
        "the size counts what was added",
        (Edit("memory", "min(self.size + n, self.buffer_size)", "self.size + n"),),
        MEMORY,
        "forgets_the_oldest",
        "grows_without_end",
        "should hold 11",
    ),
    Mistake(
        "drawn_with_putting_back",
        "randint is the shortest",
        (Edit("memory", DRAW, "np.random.randint(self.size, size=batch_size)"),),
        MEMORY,
        "no_step_twice_in_a_batch",
        "drawn_twice",
        "without replacement",
        also=(f"{MEMORY}:refuses_to_sample_too_many",),
    ),
    Mistake(
        "samples_as_many_as_there_are",
        "a smaller batch is a batch, too",
        (Edit("memory", DRAW, "random.sample(range(self.size), min(batch_size, self.size))"),),
        MEMORY,
        "refuses_to_sample_too_many",
        "samples_too_many",
        "Raise one",
    ),
    Mistake(
        "truncated_taken_for_terminated",
        "over is over",
        (
            Edit(
                "memory",
                "            array[rows] = getattr(transition, name)\n",
                "            array[rows] = getattr(transition, name)\n"
                "        self.store.terminated[rows] |= transition.truncated\n",
            ),
        ),
        MEMORY,
        "gives_back_what_was_pushed",
        "truncated_taken_for_terminated",
        "time limit",
        also=(TIME_LIMIT,),
    ),
    Mistake(
        "rows_mixed",
        "draw for each array",
        (
            Edit(
                "memory",
                "Batch(*(array[rows] for array in self.store))",
                f"Batch(*(array[{DRAW}] for array in self.store))",
            ),
        ),
        MEMORY,
        "gives_back_what_was_pushed",
        "rows_mixed",
        "same row numbers",
        also=(DELAYED_REWARD,),
    ),
    # --- network
    Mistake(
        "he_initialisation",
        "ReLU layers want He's weights",
        (
            Edit(
                "network",
                HIDDEN,
                HIDDEN.replace('"relu"', '"relu", kernel_initializer="he_normal"'),
            ),
        ),
        NETWORK,
        "any_number_of_hidden_layers",
        "large_first_values",
        "as Keras draws them",
    ),
    Mistake(
        "no_activation",
        "a Dense layer is a Dense layer",
        (Edit("network", HIDDEN, "keras.layers.Dense(128) for _ in range(n_hidden_layers)"),),
        NETWORK,
        "any_number_of_hidden_layers",
        "relu_missing",
        "no more than one",
    ),
    Mistake(
        "always_one_hidden_layer",
        "one layer will do",
        (Edit("network", "for _ in range(n_hidden_layers)", "for _ in range(1)"),),
        NETWORK,
        "any_number_of_hidden_layers",
        "wrong_number_of_layers",
        "3 hidden ones",
    ),
    Mistake(
        "one_layer_used_again_and_again",
        "a list times a number",
        (
            Edit(
                "network",
                "[\n            " + HIDDEN + "\n        ]",
                '[keras.layers.Dense(128, activation="relu")] * n_hidden_layers',
            ),
        ),
        NETWORK,
        "one_value_for_each_action",
        "raises_an_error",
        "Input 0",
    ),
    Mistake(
        "wrong_width",
        "32, as in the last unit",
        (Edit("network", HIDDEN, HIDDEN.replace("128", "32")),),
        NETWORK,
        "any_number_of_hidden_layers",
        "wrong_width",
        "128 units",
    ),
    Mistake(
        "relu_on_values",
        "a ReLU after every layer",
        (Edit("network", LAST, 'keras.layers.Dense(n_actions, activation="relu")'),),
        NETWORK,
        "any_number_of_hidden_layers",
        "relu_on_values",
        "could be negative",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "softmax_on_values",
        "as in a classifier",
        (Edit("network", LAST, 'keras.layers.Dense(n_actions, activation="softmax")'),),
        NETWORK,
        "any_number_of_hidden_layers",
        "softmax_on_values",
        "can be any number",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "tanh_instead_of_relu",
        "tanh worked in the other course",
        (Edit("network", HIDDEN, HIDDEN.replace("relu", "tanh")),),
        NETWORK,
        "any_number_of_hidden_layers",
        "tanh_instead_of_relu",
        "asks for ReLU",
    ),
    Mistake(
        "output_layer_left_out",
        "x is the answer",
        (Edit("network", "return self.output_layer(x)", "return x"),),
        NETWORK,
        "one_value_for_each_action",
        "wrong_output_shape",
        "for each action",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "predict_in_act",
        "predict is called predict",
        (Edit("network", BEST, "self.predict(observation, verbose=0).argmax(axis=1)"),),
        NETWORK,
        "act_takes_the_best_action",
        "predict_in_a_loop",
        "predict_on_batch",
    ),
    Mistake(
        "one_action_for_all_rows",
        "argmax finds the largest",
        (Edit("network", BEST, "self.predict_on_batch(observation).argmax()"),),
        NETWORK,
        "act_takes_the_best_action",
        "one_action_for_all",
        "for each row",
    ),
    Mistake(
        "value_instead_of_action",
        "the largest value it is",
        (Edit("network", BEST, "self.predict_on_batch(observation).max(axis=1)"),),
        NETWORK,
        "act_takes_the_best_action",
        "values_instead_of_actions",
        "argmax",
    ),
    Mistake(
        "act_explores",
        "an agent's act is epsilon-greedy",
        (
            Edit(
                "network",
                f"return {BEST}",
                f"best = {BEST}\n"
                "        explore = np.random.rand(len(best)) < 0.05\n"
                "        return np.where(explore, 1 - best, best)",
            ),
        ),
        NETWORK,
        "act_takes_the_best_action",
        "not_greedy",
        "with the largest Q-value",
    ),
    # --- epsilon
    Mistake(
        "falls_below_the_end",
        "a straight line goes on",
        (
            Edit(
                "epsilon",
                "np.interp(step, [0, steps], [start, end])",
                "start + (end - start) * step / steps",
            ),
        ),
        EPSILON,
        "stays_at_the_end",
        "falls_too_far",
        "at step 301",
    ),
    Mistake(
        "start_and_end_swapped",
        "from the end to the start",
        (Edit("epsilon", "[start, end]", "[end, start]"),),
        EPSILON,
        "falls_on_a_line",
        "start_and_end_swapped",
        "rises",
    ),
    # --- act
    Mistake(
        "epsilon_inverted",
        "greedy below epsilon",
        (Edit("act", "np.random.rand(n) < epsilon", "np.random.rand(n) > epsilon"),),
        ACT,
        "takes_the_best_action",
        "epsilon_inverted",
        "below",
        also=(f"{ACT}:explores_all_actions_alike",),
    ),
    Mistake(
        "one_decision_for_all_rows",
        "explore or exploit",
        (Edit("act", "np.random.rand(n) < epsilon", "np.random.rand() < epsilon"),),
        ACT,
        "random_with_probability_epsilon",
        "one_decision_for_all_rows",
        "each row",
    ),
    Mistake(
        "never_explores",
        "the best action is the best",
        (Edit("act", CHOICE, "values.argmax(axis=1)"),),
        ACT,
        "explores_all_actions_alike",
        "never_explores",
        "should be random",
    ),
    # --- targets
    Mistake(
        "terminal_not_masked",
        "the formula has no mask",
        (Edit("targets", MASKED, "reward + gamma * next_value"),),
        TARGETS,
        "targets_are_right",
        "terminal_not_masked",
        "costs nothing",
    ),
    Mistake(
        "where_the_wrong_way_round",
        "if terminated, then …",
        (
            Edit(
                "targets",
                MASKED,
                "keras.ops.where(terminated, reward + gamma * next_value, reward)",
            ),
        ),
        TARGETS,
        "targets_are_right",
        "mask_inverted",
        "inverted",
    ),
    Mistake(
        "max_along_the_wrong_axis",
        "axis 0 comes first",
        (
            Edit("targets", MAX, MAX.replace("axis=1", "axis=0")),
            Edit("targets", MASKED, "reward[:3] + gamma * next_value"),
        ),
        TARGETS,
        "one_target_for_each_row",
        "max_along_the_wrong_axis",
        "not for each action",
    ),
    Mistake(
        "gradient_through_the_target",
        "a target is a number anyway",
        (Edit("targets", STOPPED, "return targets"),),
        TARGETS,
        "no_gradient_through_the_target",
        "gradient_through_the_target",
        "stop_gradient",
    ),
    Mistake(
        "targets_leave_tensorflow",
        "predict_on_batch, as before",
        (
            Edit(
                "targets",
                MAX,
                "keras.ops.max(target_net.predict_on_batch(next_observation), axis=1)",
            ),
        ),
        TARGETS,
        "no_gradient_through_the_target",
        "leaves_tensorflow",
        "only a recording",
    ),
    # --- double_targets
    Mistake(
        "a_column_of_targets",
        "a target is a row of its own",
        (Edit("double_targets", "stop_gradient(targets)", "stop_gradient(targets[:, None])"),),
        DOUBLE,
        "one_target_for_each_row",
        "wrong_shape",
        "should give 6 targets",
    ),
    Mistake(
        "plain_dqn",
        "two networks, so it is double",
        (
            Edit("double_targets", CHOSEN, "None"),
            Edit("double_targets", JUDGED, MAX),
        ),
        DOUBLE,
        "one_network_chooses_the_other_judges",
        "plain_dqn",
        "This is plain DQN",
    ),
    Mistake(
        "networks_swapped",
        "one chooses, one judges",
        (
            Edit("double_targets", CHOSEN, CHOSEN.replace("net(", "target_net(")),
            Edit("double_targets", JUDGED, JUDGED.replace("target_net(", "net(")),
        ),
        DOUBLE,
        "one_network_chooses_the_other_judges",
        "networks_swapped",
        "swapped",
    ),
    Mistake(
        "only_the_online_network",
        "the newest network knows best",
        (Edit("double_targets", JUDGED, JUDGED.replace("target_net(", "net(")),),
        DOUBLE,
        "one_network_chooses_the_other_judges",
        "only_the_online_network",
        "Only `net`",
    ),
    Mistake(
        "smaller_of_both",
        "two estimates, take the smaller",
        (
            Edit("double_targets", CHOSEN, CHOSEN.replace("argmax", "max")),
            Edit("double_targets", JUDGED, f"keras.ops.minimum(best, {MAX})"),
        ),
        DOUBLE,
        "one_network_chooses_the_other_judges",
        "smaller_of_both",
        "smaller of two",
    ),
    Mistake(
        "double_terminal_not_masked",
        "the mask was in the other function",
        (Edit("double_targets", MASKED, "reward + gamma * next_value"),),
        DOUBLE,
        "one_network_chooses_the_other_judges",
        "terminal_not_masked",
        "costs nothing",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "double_without_discount",
        "gamma is almost 1",
        (Edit("double_targets", "gamma * next_value", "next_value"),),
        DOUBLE,
        "one_network_chooses_the_other_judges",
        "no_discount",
        "gamma is missing",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "gradient_through_the_double_target",
        "argmax has no gradient anyway",
        (Edit("double_targets", STOPPED, "return targets"),),
        DOUBLE,
        "no_gradient_through_the_target",
        "gradient_through_the_target",
        "stop_gradient",
    ),
    # --- loss
    Mistake(
        "square_instead_of_huber",
        "the mean squared error, as always",
        (Edit("loss", HUBER, "keras.losses.MeanSquaredError()(targets, taken)"),),
        LOSS,
        "value",
        "squared_error",
        "*squared*",
        also=(f"{LOSS}:only_the_chosen_action_learns",),
    ),
    Mistake(
        "sum_instead_of_mean",
        "all errors count",
        (
            Edit(
                "loss",
                HUBER,
                'keras.losses.Huber(reduction="sum")(targets[:, None], taken[:, None])',
            ),
        ),
        LOSS,
        "value",
        "sum_instead_of_mean",
        "sum over the batch",
        also=(f"{LOSS}:only_the_chosen_action_learns",),
    ),
    Mistake(
        "rows_against_columns",
        "gather gives a column",
        (Edit("loss", HUBER, "keras.ops.mean(huber(taken[:, None] - targets))"), HUBER_BY_HAND),
        LOSS,
        "value",
        "rows_against_columns",
        "*every* target",
        also=(f"{LOSS}:only_the_chosen_action_learns", DELAYED_REWARD),
    ),
    Mistake(
        "max_instead_of_chosen",
        "the best action counts",
        (Edit("loss", TAKEN, "keras.ops.max(net(observation), axis=1)"),),
        LOSS,
        "value",
        "max_instead_of_chosen",
        "action that was",
        also=(f"{LOSS}:only_the_chosen_action_learns", DELAYED_REWARD),
    ),
    Mistake(
        "all_actions_learn",
        "the state got better, so did both actions",
        (
            Edit("loss", HUBER, "keras.ops.mean(huber(net(observation) - targets[:, None]))"),
            HUBER_BY_HAND,
        ),
        LOSS,
        "value",
        "all_actions",
        "All actions are drawn",
        also=(f"{LOSS}:only_the_chosen_action_learns", DELAYED_REWARD),
    ),
    Mistake(
        "loss_for_each_row",
        "one loss for each step",
        (Edit("loss", HUBER, "huber(taken - targets)"), HUBER_BY_HAND),
        LOSS,
        "a_single_number",
        "not_a_number",
        "one number",
    ),
    Mistake(
        "loss_without_a_graph",
        "predict_on_batch is how to ask",
        (
            Edit(
                "loss", TAKEN, "tf.gather(net.predict_on_batch(observation), action, batch_dims=1)"
            ),
        ),
        LOSS,
        "only_the_chosen_action_learns",
        "graph_cut",
        "predict_on_batch",
    ),
    # --- copy
    Mistake(
        "renamed_instead_of_copied",
        "equal is equal",
        (Edit("copy", TRANSFER, "target_net = net"),),
        COPY,
        "copies_the_weights",
        "nothing_copied",
        "old weights",
    ),
    Mistake(
        "copied_the_wrong_way",
        "set and get, either way",
        (Edit("copy", TRANSFER, "net.set_weights(target_net.get_weights())"),),
        COPY,
        "copies_the_weights",
        "wrong_direction",
        "own weights have changed",
        also=(DELAYED_REWARD,),
    ),
    # --- update
    Mistake(
        "target_aliased",
        "a target network is a network",
        (
            Edit(
                "update",
                "self.target_net = new_network(s.n_hidden_layers)",
                "self.target_net = self.net",
            ),
        ),
        UPDATE,
        "target_network_is_a_copy",
        "target_aliased",
        "one and the same",
    ),
    Mistake(
        "target_not_copied_at_the_start",
        "it will follow soon",
        (
            Edit(
                "update",
                "self.target_net = new_network(s.n_hidden_layers)\n"
                "        transfer_weights(self.target_net, self.net)\n",
                "self.target_net = new_network(s.n_hidden_layers)\n",
            ),
        ),
        UPDATE,
        "target_network_is_a_copy",
        "target_not_copied",
        "same weights",
    ),
    Mistake(
        "learned_before_kept",
        "first the past, then the new step",
        (
            Edit("update", "        self.buffer.add(transition)\n", ""),
            Edit("update", FOLLOW, FOLLOW + "        self.buffer.add(transition)\n"),
        ),
        UPDATE,
        "waits_until_the_memory_is_filled",
        "learned_before_kept",
        "first self.buffer.add(transition)",
        also=(FOLLOWS,),
    ),
    Mistake(
        "step_missing",
        "the gradients are there",
        (Edit("update", APPLY, ""),),
        UPDATE,
        "a_step_moves_the_network_alone",
        "step_missing",
        "optimizer.apply",
    ),
    Mistake(
        "the_wrong_network_learns",
        "the target network is trained towards the targets",
        (
            Edit(
                "update",
                "loss = q_loss(self.net,",
                "variables = self.target_net.trainable_variables\n"
                "            loss = q_loss(self.target_net,",
            ),
            Edit(
                "update", "self.optimizer.build(self.net.", "self.optimizer.build(self.target_net."
            ),
        ),
        UPDATE,
        "a_step_moves_the_network_alone",
        "target_learns",
        "only self.net",
    ),
    Mistake(
        "always_plain",
        "double is a name",
        (Edit("update", "if s.double:", "if False:"),),
        UPDATE,
        "double_and_plain_targets",
        "never_double",
        "Double DQN's targets",
    ),
    Mistake(
        "always_double",
        "why learn the worse one",
        (Edit("update", "if s.double:", "if True:"),),
        UPDATE,
        "double_and_plain_targets",
        "never_plain",
        "plain DQN's targets",
    ),
    Mistake(
        "double_and_plain_swapped",
        "if and else",
        (Edit("update", "if s.double:", "if not s.double:"),),
        UPDATE,
        "double_and_plain_targets",
        "never_double",
        "With double=True",
    ),
    Mistake(
        "leaves_tensorflow",
        "let us see the loss",
        (Edit("update", "        return loss\n", "        return float(loss.numpy())\n"),),
        UPDATE,
        "can_be_compiled",
        "leaves_tensorflow",
        "only a recording",
    ),
    Mistake(
        "nothing_added",
        "the buffer looks on",
        (Edit("update", "        self.buffer.add(transition)\n", ""),),
        UPDATE,
        "waits_until_the_memory_is_filled",
        "nothing_pushed",
        "buffer.add(transition)",
        also=(FOLLOWS,),
    ),
    Mistake(
        "learns_from_the_first_batch",
        "learn as early as you can",
        (
            Edit(
                "update",
                "if len(self.buffer) >= s.min_replay_size:",
                "if len(self.buffer) >= s.batch_size:",
            ),
        ),
        UPDATE,
        "waits_until_the_memory_is_filled",
        "starts_too_early",
        "min_replay_size",
    ),
    Mistake(
        "learn_forgotten",
        "adding is learning",
        (Edit("update", "            self.learn()\n", ""),),
        UPDATE,
        "waits_until_the_memory_is_filled",
        "never_starts",
        "no weight",
        also=(FOLLOWS,),
    ),
    Mistake(
        "target_never_follows",
        "a fixed target is a fixed target",
        (Edit("update", "if self.batches % s.target_update_freq == 0:", "if False:"),),
        UPDATE,
        "target_network_follows",
        "target_never_follows",
        "never changed",
    ),
    Mistake(
        "target_follows_always",
        "the newest weights are the best",
        (Edit("update", "if self.batches % s.target_update_freq == 0:", "if True:"),),
        UPDATE,
        "target_network_follows",
        "target_follows_always",
        "stands still",
    ),
    Mistake(
        "fixed_transfer_interval",
        "the weights are transferred every 4 batches",
        (Edit("update", "self.batches % s.target_update_freq", "self.batches % 4"),),
        UPDATE,
        "target_network_follows",
        "fixed_interval",
        "Take target_update_freq from the settings",
    ),
    Mistake(
        "thrown_back",
        "from the target network to the network",
        (Edit("update", FOLLOW, "                transfer_weights(self.net, self.target_net)\n"),),
        UPDATE,
        "target_network_follows",
        "wrong_direction",
        "in this order",
    ),
    Mistake(
        "the_target_network_chooses",
        "both networks are in it",
        (
            Edit(
                "update",
                "double_dqn_targets(self.net, self.target_net,",
                "double_dqn_targets(self.target_net, self.net,",
            ),
        ),
        UPDATE,
        "double_and_plain_targets",
        "networks_swapped",
        "self.net chooses the action",
    ),
    Mistake(
        "loss_cut_at_two",
        "no surprise beyond 2",
        (
            Edit(
                "update",
                "            loss = q_loss(self.net, observation, action, targets)\n",
                "            loss = q_loss(self.net, observation, action, targets)\n"
                "            loss = tf.minimum(loss, 2.0)\n",
            ),
        ),
        UPDATE,
        "double_and_plain_targets",
        "gradient_lost",
        "between the loss and its gradient",
    ),
    Mistake(
        "rewards_scaled_before_they_are_kept",
        "small rewards are easier to learn",
        (
            Edit(
                "update",
                "        self.buffer.add(transition)\n",
                "        self.buffer.add(transition._replace(reward=s.reward_scale * transition.reward))\n",
            ),
        ),
        UPDATE,
        "waits_until_the_memory_is_filled",
        "reward_scaled_twice",
        "scaled twice",
    ),
    Mistake(
        "transferred_by_steps",
        "steps are counted already",
        (
            Edit(
                "update", "self.batches % s.target_update_freq", "self.step % s.target_update_freq"
            ),
        ),
        UPDATE,
        "target_network_follows",
        "wrong_interval",
        "no turns or steps",
    ),
    Mistake(
        "two_layers_in_the_target",
        "new_network makes a network",
        (
            Edit(
                "update",
                "self.target_net = new_network(s.n_hidden_layers)",
                "self.target_net = new_network()",
            ),
        ),
        UPDATE,
        "target_network_follows",
        "other_number_of_layers",
        "without this number",
    ),
    # --- save
    Mistake(
        "weights_only",
        "the weights are the model",
        (
            Edit(
                "save", "net.save(path)", 'net.save_weights(path.replace(".keras", ".weights.h5"))'
            ),
        ),
        SAVE,
        "the_whole_model_comes_back",
        "no_file",
        "net.save(path)",
    ),
    Mistake(
        "config_incomplete",
        "the usual number of actions will do",
        (Edit("network", '            "n_actions": self.n_actions,\n', ""),),
        SAVE,
        "the_whole_model_comes_back",
        "cannot_be_loaded",
        "get_config",
    ),
    Mistake(
        "not_registered",
        "what is the line above the class for",
        (Edit("network", '@keras.saving.register_keras_serializable(package="course")\n', ""),),
        SAVE,
        "the_whole_model_comes_back",
        "cannot_be_loaded",
        "load_model",
    ),
    Mistake(
        "nothing_returned",
        "load_model loads it",
        (Edit("save", "return keras", "keras"),),
        SAVE,
        "the_whole_model_comes_back",
        "nothing_loaded",
        "should return",
    ),
    Mistake(
        "never_overwritten",
        "a file is never overwritten",
        (
            Edit(
                "save",
                "    net.save(path)\n",
                "    import os\n\n    if not os.path.exists(path):\n        net.save(path)\n",
            ),
        ),
        SAVE,
        "the_whole_model_comes_back",
        "not_overwritten",
        "as they are now",
    ),
    # --- experiment
    Mistake(
        "plain_means",
        "the mean of a row",
        (Edit("experiment", "[348.7, 202.0, 24.7]", "[335.2, 217.8, 23.2]"),),
        EXPERIMENT,
        "middles",
        "plain_means",
        "the means of all scores",
    ),
    Mistake(
        "medians",
        "the middle one of five",
        (Edit("experiment", "[348.7, 202.0, 24.7]", "[392.0, 212.0, 26.0]"),),
        EXPERIMENT,
        "middles",
        "medians",
        "these are the medians",
    ),
    Mistake(
        "pairs_the_other_way",
        "how often the other is better",
        (Edit("experiment", "[10, 15, 0]", "[15, 10, 25]"),),
        EXPERIMENT,
        "misled",
        "pairs_the_other_way",
        "the other setting has the higher score",
    ),
    Mistake(
        "same_seed_only",
        "five seeds, five pairs",
        (Edit("experiment", "[10, 15, 0]", "[2, 3, 0]"),),
        EXPERIMENT,
        "misled",
        "same_seed_only",
        "only trainings in the same column",
    ),
    # --- diagnosis
    Mistake(
        "transfer_ignored",
        "the network just learns",
        (Edit("diagnosis", "[0.1, 0.3, 0.0, 0.2, 0.0, 0.2]", "[0.1, 0.3, 0.4, 0.6, 0.8, 1.0]"),),
        DIAGNOSIS,
        "colleague",
        "transfer_ignored",
        "one network gets the weight",
    ),
    Mistake(
        "weights_before_the_transfer",
        "after the batch, before the transfer",
        (Edit("diagnosis", "[0.1, 0.3, 0.0, 0.2, 0.0, 0.2]", "[0.1, 0.3, 0.4, 0.2, 0.4, 0.2]"),),
        DIAGNOSIS,
        "colleague",
        "before_the_transfer",
        "after the lines have run",
    ),
    Mistake(
        "colleagues_target_network",
        "the network that is copied",
        (Edit("diagnosis", "[0.1, 0.3, 0.0, 0.2, 0.0, 0.2]", "[0.0, 0.0, 0.4, 0.4, 0.8, 0.8]"),),
        DIAGNOSIS,
        "colleague",
        "other_network",
        "weights of the right target network",
    ),
    Mistake(
        "online_for_target",
        "both are the same",
        (Edit("diagnosis", "[0.0, 0.0, 0.4, 0.4, 0.8, 0.8]", "[0.1, 0.3, 0.4, 0.6, 0.8, 1.0]"),),
        DIAGNOSIS,
        "yours",
        "other_network",
        "changes only with a transfer",
    ),
    Mistake(
        "target_before_the_transfer",
        "after the batch, before the transfer",
        (Edit("diagnosis", "[0.0, 0.0, 0.4, 0.4, 0.8, 0.8]", "[0.0, 0.0, 0.0, 0.4, 0.4, 0.8]"),),
        DIAGNOSIS,
        "yours",
        "before_the_transfer",
        "after the lines have run",
    ),
    # --- the settings
    Mistake(
        "no_future",
        "a discount of 0 is no discount",
        (
            Edit(
                "agent",
                "return DoubleDQNAgent(Settings())",
                "return DoubleDQNAgent(Settings(gamma=0.0))",
            ),
        ),
        "double_dqn_keras/agent",
        "reaches_threshold",
        "below_threshold",
        "the discount",
    ),
)
