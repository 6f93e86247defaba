"""Typical wrong answers to dqn_keras, each a small edit of the reference."""

from autograder.authoring.edits import Edit, Mistake
from autograder.units.shared.probes import FEW_PROBES, check_names

MODEL = "dqn_keras/model"
EPSILON = "dqn_keras/epsilon"
ACT = "dqn_keras/act"
TARGETS = "dqn_keras/targets"
LEARN = "dqn_keras/learn"
NAIVE = "dqn_keras/naive"
MEMORY = "dqn_keras/memory"
COPY = "dqn_keras/copy"
UPDATE = "dqn_keras/update"
EXPERIMENT = "dqn_keras/experiment"
DIAGNOSIS = "dqn_keras/diagnosis"

#: The probes, which give no points: each stands at mistakes whose first failed probe it is.
DELAYED_REWARD, TIME_LIMIT = (f"{UPDATE}:{name}" for name in check_names(FEW_PROBES))
FOLLOWS = f"{UPDATE}:target_network_follows"
NO_PREDICT = "no_predict_in_a_loop"

FIRST = 'layers.Dense(hidden_size, activation="relu")(observation)'
SECOND = 'layers.Dense(hidden_size, activation="relu")(hidden)'
LAST = "layers.Dense(n_actions)(hidden)"
MASKED = "layers.Multiply()([values, mask])"
VALUES = "net.predict_on_batch([observation, np.ones((n, n_actions))])"
CHOICE = "np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))"
NEXT = "net.predict_on_batch([next_observation, ones])"
TARGET = "reward + gamma * next_values.max(axis=1) * ~terminated"
STEP = "net.train_on_batch([observation, one_hot], one_hot * targets[:, None])"
DRAW = "np.random.randint(self.size, size=batch_size)"

MISTAKES = (
    # --- model
    Mistake(
        "no_activation",
        "a Dense layer is a Dense layer",
        (
            Edit("model", FIRST, "layers.Dense(hidden_size)(observation)"),
            Edit("model", SECOND, "layers.Dense(hidden_size)(hidden)"),
        ),
        MODEL, "computes_what_its_layers_say", "relu_missing", "no more than one",
    ),
    Mistake(
        "second_relu_missing",
        "one ReLU is enough",
        (Edit("model", SECOND, "layers.Dense(hidden_size)(hidden)"),),
        MODEL, "computes_what_its_layers_say", "second_relu_missing", "after the second layer",
    ),
    Mistake(
        "relu_on_values",
        "a ReLU after every layer",
        (Edit("model", LAST, 'layers.Dense(n_actions, activation="relu")(hidden)'),),
        MODEL, "computes_what_its_layers_say", "relu_on_values", "could be negative",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "tanh_instead_of_relu",
        "tanh worked in the other course",
        (
            Edit("model", FIRST, FIRST.replace("relu", "tanh")),
            Edit("model", SECOND, SECOND.replace("relu", "tanh")),
        ),
        MODEL, "computes_what_its_layers_say", "tanh_instead_of_relu", "asks for ReLU",
    ),
    Mistake(
        "alpha_ignored",
        "1e-3 is a good learning rate",
        (Edit("model", "Adam(learning_rate=alpha, ", "Adam(learning_rate=1e-3, "),),
        MODEL, "is_compiled_for_learning", "alpha_ignored", "the argument alpha",
    ),
    Mistake(
        "one_hidden_layer",
        "one layer will do",
        (Edit("model", SECOND, "hidden"),),
        MODEL, "computes_what_its_layers_say", "wrong_number_of_layers", "two hidden ones",
    ),
    Mistake(
        "hidden_size_ignored",
        "64 it says, so 64 it is",
        (Edit("model", SECOND, 'layers.Dense(64, activation="relu")(hidden)'),),
        MODEL, "computes_what_its_layers_say", "sizes_ignored", "not a fixed number",
    ),
    Mistake(
        "n_actions_ignored",
        "left and right: two",
        (
            Edit("model", LAST, "layers.Dense(2)(hidden)"),
            Edit("model", MASKED, "values * mask[:, :2]"),
        ),
        MODEL, "takes_observations_and_a_mask", "wrong_output_shape", "for each action",
    ),
    Mistake(
        "mask_ignored",
        "the mask comes later",
        (
            Edit("model", MASKED, "values"),
            Edit("model", "inputs=[observation, mask], outputs=output",
                 "inputs=[observation, mask], outputs=output + 0 * mask"),
        ),
        MODEL, "the_mask_silences_the_other_actions", "mask_ignored", "changes nothing",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "mask_added",
        "Add or Multiply, one of them",
        (Edit("model", MASKED, "layers.Add()([values, mask])"),),
        MODEL, "computes_what_its_layers_say", "mask_added", "multiplied with them",
        also=(f"{MODEL}:the_mask_silences_the_other_actions", DELAYED_REWARD),
    ),
    Mistake(
        "weights_of_zero",
        "zero is the smallest start",
        (
            Edit("model", FIRST, FIRST.replace("relu\"", "relu\", kernel_initializer=\"zeros\"")),
            Edit("model", SECOND, SECOND.replace("relu\"", "relu\", kernel_initializer=\"zeros\"")),
        ),
        MODEL, "is_compiled_for_learning", "hidden_layers_cannot_learn", "start at 0",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "large_weights",
        "a standard normal distribution is the standard",
        (Edit("model", LAST, 'layers.Dense(n_actions, kernel_initializer=keras.initializers.'
              'RandomNormal(stddev=100.0))(hidden)'),),
        MODEL, "is_compiled_for_learning", "large_first_values", "near 0",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "dropout",
        "dropout never hurts",
        (Edit("model", LAST, "layers.Dense(n_actions)(layers.Dropout(0.5)(hidden))"),),
        MODEL, "computes_what_its_layers_say", "other_values_in_training", "take dropout out",
    ),
    # --- epsilon
    Mistake(
        "falls_below_the_end",
        "a straight line goes on",
        (Edit("epsilon", "min(step / steps, 1)", "step / steps"),),
        EPSILON, "stays_at_the_end", "falls_too_far", "at step 301",
    ),
    Mistake(
        "falls_to_zero",
        "start times what is left",
        (Edit("epsilon", "start + (end - start) * share", "max(start * (1 - share), end)"),),
        EPSILON, "falls_on_a_line", "aimed_at_zero", "aims at 0",
    ),
    Mistake(
        "start_and_end_swapped",
        "from the end to the start",
        (Edit("epsilon", "start + (end - start) * share", "end + (start - end) * share"),),
        EPSILON, "falls_on_a_line", "start_and_end_swapped", "rises",
    ),
    Mistake(
        "exponential_decay",
        "decay is exponential",
        (Edit("epsilon", "start + (end - start) * share",
              "end + (start - end) * np.exp(-step / steps)"),),
        EPSILON, "falls_on_a_line", "exponential", "straight line",
    ),
    # --- act
    Mistake(
        "predict_while_acting",
        "predict is called predict",
        (Edit("act", VALUES, VALUES.replace("predict_on_batch", "predict").replace(
            "))])", "))], verbose=0)")),),
        ACT, NO_PREDICT, "predict_in_a_loop", "predict_on_batch",
    ),
    Mistake(
        "mask_of_zeros",
        "nothing to mask",
        (Edit("act", "np.ones(", "np.zeros("),),
        ACT, "takes_the_best_action", "same_action_for_all", "own best one",
    ),
    Mistake(
        "epsilon_inverted",
        "greedy below epsilon",
        (Edit("act", "np.random.rand(n) < epsilon", "np.random.rand(n) > epsilon"),),
        ACT, "takes_the_best_action", "epsilon_inverted", "below",
        also=(f"{ACT}:explores_all_actions_alike",),
    ),
    Mistake(
        "one_decision_for_all_rows",
        "explore or exploit",
        (Edit("act", "np.random.rand(n) < epsilon", "np.random.rand() < epsilon"),),
        ACT, "random_with_probability_epsilon", "one_decision_for_all_rows", "each row",
    ),
    Mistake(
        "never_explores",
        "the best action is the best",
        (Edit("act", CHOICE, "values.argmax(axis=1)"),),
        ACT, "explores_all_actions_alike", "never_explores", "should be random",
    ),
    # --- targets
    Mistake(
        "predict_for_the_targets",
        "a whole batch is a data set",
        (Edit("targets", NEXT, "net.predict([next_observation, ones], verbose=0)"),),
        TARGETS, NO_PREDICT, "predict_in_a_loop", "predict_on_batch",
    ),
    Mistake(
        "terminal_not_masked",
        "the formula has no mask",
        (Edit("targets", TARGET, "reward + gamma * next_values.max(axis=1)"),),
        TARGETS, "targets_are_right", "terminal_not_masked", "costs nothing",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "mask_inverted",
        "terminated is the mask",
        (Edit("targets", "~terminated", "terminated"),),
        TARGETS, "targets_are_right", "mask_inverted", "inverted",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "reward_masked_too",
        "at the end everything is 0",
        (Edit("targets", TARGET, "(reward + gamma * next_values.max(axis=1)) * ~terminated"),),
        TARGETS, "targets_are_right", "reward_masked_too", "own reward still counts",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "no_discount",
        "gamma is 1 anyway",
        (Edit("targets", "gamma * next_values", "next_values"),),
        TARGETS, "targets_are_right", "no_discount", "gamma is missing",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "max_over_the_batch",
        "max finds the largest",
        (Edit("targets", "next_values.max(axis=1)", "next_values.max()"),),
        TARGETS, "targets_are_right", "max_over_the_batch", "whole batch",
    ),
    Mistake(
        "max_along_the_wrong_axis",
        "axis 0 comes first",
        (Edit("targets", TARGET,
              "reward[:3] + gamma * next_values.max(axis=0) * ~terminated[:3]"),),
        TARGETS, "one_target_for_each_row", "max_along_the_wrong_axis", "not for each action",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "argmax_instead_of_max",
        "the best action it is",
        (Edit("targets", "next_values.max(axis=1)", "next_values.argmax(axis=1)"),),
        TARGETS, "targets_are_right", "argmax_instead_of_max", "needs its value",
    ),
    # --- learn
    Mistake(
        "fit_in_the_loop",
        "fit is how Keras learns",
        (Edit("learn", "return " + STEP,
              "return net.fit([observation, one_hot], one_hot * targets[:, None],"
              ' verbose=0).history["loss"][0]'),),
        LEARN, "only_the_action_taken_learns", "fit_in_a_loop", "train_on_batch",
    ),
    Mistake(
        "mask_of_ones_while_learning",
        "ones worked for acting",
        (Edit("learn", "[observation, one_hot]", "[observation, np.ones_like(one_hot)]"),),
        LEARN, "only_the_action_taken_learns", "mask_of_ones", "worth 0",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "targets_cleared",
        "the targets have done their work",
        (
            Edit("learn", "return net.train_on_batch([observation, one_hot], one_hot * targets[:, None])",
                 "loss = net.train_on_batch([observation, one_hot], one_hot * targets[:, None])\n"
                 "    targets *= 0\n    return loss"),
        ),
        LEARN, "returns_the_loss", "arguments_changed", "needed again",
    ),
    Mistake(
        "answers_not_masked",
        "the mask is in the model",
        (Edit("learn", "one_hot * targets[:, None]", "np.ones_like(one_hot) * targets[:, None]"),),
        LEARN, "returns_the_loss", "answers_not_masked", "Multiply the targets",
    ),
    Mistake(
        "all_actions_learn",
        "the state got better, so did both actions",
        (
            Edit("learn", "keras.utils.to_categorical(action, n_actions)",
                 "np.ones((len(action), n_actions))"),
        ),
        LEARN, "only_the_action_taken_learns", "all_actions_learn", "All actions learn",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "answers_without_targets",
        "the one-hot encoding is the label",
        (Edit("learn", "one_hot * targets[:, None]", "one_hot"),),
        LEARN, "only_the_action_taken_learns", "answers_without_targets", "multiply it",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "row_instead_of_column",
        "NumPy multiplies what it gets",
        (Edit("learn", "targets[:, None]", "targets"),),
        LEARN, "only_the_action_taken_learns", "row_instead_of_column", "targets[:, None]",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "loss_kept",
        "the step is made, who needs the loss",
        (Edit("learn", "return " + STEP, STEP),),
        LEARN,
        "returns_the_loss",
        "loss_not_returned",
        "return the loss",
    ),
    Mistake(
        "one_hot_without_a_width",
        "it counts the actions itself",
        (Edit("learn", "to_categorical(action, n_actions)", "to_categorical(action)"),),
        LEARN,
        "returns_the_loss",
        "one_hot_too_narrow",
        "to_categorical(action, n_actions)",
    ),
    Mistake(
        "trains_twice",
        "once to learn, once for the loss",
        (Edit("learn", f"    return {STEP}", f"    {STEP}\n    return {STEP}"),),
        LEARN, "only_the_action_taken_learns", "several_steps", "2 update steps",
    ),
    Mistake(
        "compiled_again",
        "compile before training",
        (Edit("learn", f"    return {STEP}",
              f"    net.compile(loss=\"mse\", optimizer=\"adam\")\n    return {STEP}"),),
        LEARN, "only_the_action_taken_learns", "compiled_anew", "not compile it again",
    ),
    # --- naive
    Mistake(
        "naive_columns_swapped",
        "observations stand next to each other",
        (Edit("naive", "observation, action, reward, next_observation, terminated = map(",
              "next_observation, action, reward, observation, terminated = map("),),
        NAIVE,
        "targets_are_those_of_the_batch",
        "next_observation_not_used",
        "where next_observation belongs",
    ),
    Mistake(
        "naive_learns_nothing",
        "the targets are the aim",
        (Edit("naive", "        learn(self.net, observation, action, targets)\n", ""),),
        NAIVE, "learns_from_the_last_steps", "nothing_learned", "call learn",
    ),
    Mistake(
        "naive_learns_rewards",
        "the reward is the target",
        (Edit("naive", "learn(self.net, observation, action, targets)",
              "learn(self.net, observation, action, reward)"),),
        NAIVE,
        "targets_are_those_of_the_batch",
        "targets_not_passed_on",
        "pass them on unchanged",
    ),
    Mistake(
        "naive_forgets_the_steps",
        "learned is learned",
        (Edit("naive", "map(np.array, columns)\n",
              "map(np.array, columns)\n        self.memory.clear()\n"),),
        NAIVE, "learns_from_the_last_steps", "learns_only_now_and_then", "after every step",
    ),
    # --- memory
    Mistake(
        "actions_as_floats",
        "all arrays of the memory have the same dtype",
        (Edit("memory", "np.zeros(capacity, np.int64)", "np.zeros(capacity, np.float32)"),),
        MEMORY, "takes_whole_numbers_and_doubles", "actions_not_whole", "must be whole",
    ),
    Mistake(
        "ring_not_closed",
        "rows are counted on and on",
        (Edit("memory", "rows = (self.position + np.arange(n)) % self.capacity",
              "rows = self.position + np.arange(n)"),),
        MEMORY, "forgets_the_oldest", "raises_an_error", "IndexError",
    ),
    Mistake(
        "size_without_limit",
        "the size counts what was pushed",
        (Edit("memory", "self.size = min(self.size + n, self.capacity)", "self.size += n"),),
        MEMORY, "forgets_the_oldest", "grows_without_end", "should hold 11",
    ),
    Mistake(
        "reward_not_stored",
        "the reward is always 1",
        (Edit("memory", "        self.store.reward[rows] = transition.reward\n", ""),),
        MEMORY, "gives_back_what_was_pushed", "reward_lost", "come back as zeros",
        also=(DELAYED_REWARD,),
    ),
    Mistake(
        "truncated_taken_for_terminated",
        "over is over",
        (Edit("memory", "= transition.terminated",
              "= transition.terminated | transition.truncated"),),
        MEMORY, "gives_back_what_was_pushed", "truncated_taken_for_terminated", "time limit",
        also=(TIME_LIMIT,),
    ),
    Mistake(
        "samples_empty_places",
        "the memory has `capacity` rows",
        (Edit("memory", DRAW, "np.random.randint(self.capacity, size=batch_size)"),),
        MEMORY, "gives_back_what_was_pushed", "samples_empty_places", "filled",
    ),
    Mistake(
        "rows_mixed",
        "draw for each array",
        (Edit("memory", "array[rows]", "array[" + DRAW + "]"),),
        MEMORY, "gives_back_what_was_pushed", "rows_mixed", "same row numbers",
        also=(DELAYED_REWARD,),
    ),
    # --- copy
    Mistake(
        "renamed_instead_of_copied",
        "equal is equal",
        (Edit("copy", "target_net.set_weights(net.get_weights())", "target_net = net"),),
        COPY, "copies_the_weights", "nothing_copied", "old weights",
    ),
    Mistake(
        "copied_the_wrong_way",
        "set and get, either way",
        (Edit("copy", "target_net.set_weights(net.get_weights())",
              "net.set_weights(target_net.get_weights())"),),
        COPY, "copies_the_weights", "wrong_direction", "own weights have changed",
        also=(TIME_LIMIT,),
    ),
    Mistake(
        "copied_into_one",
        "everything that it has, in one line",
        (Edit("copy", "target_net.set_weights(net.get_weights())", "vars(target_net).update(vars(net))"),),
        COPY, "stays_a_network_of_its_own", "target_aliased", "share their memory",
    ),
    Mistake(
        "one_layer_copied",
        "the last layer decides",
        (Edit("copy", "target_net.set_weights(net.get_weights())",
              "target_net.set_weights(target_net.get_weights()[:-2] + net.get_weights()[-2:])"),),
        COPY, "copies_the_weights", "wrong_copy", "exactly",
    ),
    Mistake(
        "copied_once",
        "equal is equal",
        (Edit("copy", "target_net.set_weights(net.get_weights())",
              'if not hasattr(target_net, "copied"):\n'
              "        target_net.set_weights(net.get_weights())\n"
              "        target_net.copied = True"),),
        COPY, "copies_the_weights", "copied_only_once", "second call",
        also=(DELAYED_REWARD,),
    ),
    # --- update
    Mistake(
        "target_aliased",
        "a target network is a network",
        (Edit("update", "self.target_net = build_model(alpha=s.alpha)",
              "self.target_net = self.net"),),
        UPDATE, "target_network_is_a_copy", "target_aliased", "one and the same",
    ),
    Mistake(
        "target_not_copied_at_the_start",
        "it will follow soon",
        (Edit("update", "        self.target_net = build_model(alpha=s.alpha)\n"
              "        copy_weights(self.target_net, self.net)\n",
              "        self.target_net = build_model(alpha=s.alpha)\n"),),
        UPDATE, "target_network_is_a_copy", "target_not_copied", "same weights",
    ),
    Mistake(
        "learned_before_kept",
        "first the past, then the new step",
        (
            Edit("update", "        self.memory.push(transition)\n        if self.step >=",
                 "        if self.step >="),
            Edit("update", "            self.replay()\n",
                 "            self.replay()\n        self.memory.push(transition)\n"),
        ),
        UPDATE, "waits_until_the_memory_is_filled", "learned_before_kept",
        "first self.memory.push(transition)",
    ),
    Mistake(
        "nothing_pushed",
        "the memory looks on",
        (Edit("update", "        self.memory.push(transition)\n", ""),),
        UPDATE,
        "learns_from_its_memory",
        "nothing_pushed",
        "push(transition)",
    ),
    Mistake(
        "replay_from_the_first_step",
        "learn as early as you can",
        (Edit("update", "if self.step >= s.start_replay_step and", "if self.step >= s.batch_size and"),),
        UPDATE,
        "waits_until_the_memory_is_filled",
        "starts_too_early",
        "start_replay_step",
    ),
    Mistake(
        "replay_in_every_turn",
        "the more batches, the better",
        (Edit("update", " and self.turns % s.replay_interval == 0", ""),),
        UPDATE, "learns_in_every_few_turns", "learns_in_every_turn", "replay_interval",
    ),
    Mistake(
        "turns_and_steps_confused",
        "counts up, so it will come",
        (Edit("update", "self.turns % s.replay_interval", "self.step % s.replay_interval"),),
        UPDATE, "learns_in_every_few_turns", "wrong_replay_interval", "self.turns counts",
    ),
    Mistake(
        "replay_forgotten",
        "pushing is learning",
        (Edit("update", "            self.replay()\n", "            pass\n"),),
        UPDATE,
        "learns_from_its_memory",
        "never_starts",
        "no weight",
    ),
    Mistake(
        "the_wrong_network_learns",
        "the target network is trained towards the targets",
        (Edit("update", "learn(self.net, observation", "learn(self.target_net, observation"),),
        UPDATE,
        "learns_from_its_memory",
        "the_wrong_network_learns",
        "self.net has to learn",
    ),
    Mistake(
        "targets_from_the_network",
        "the network knows best",
        (Edit("update", "td_targets(self.target_net,", "td_targets(self.net,"),),
        UPDATE,
        "learns_what_the_batch_says",
        "targets_from_the_network",
        "self.target_net to td_targets",
    ),
    Mistake(
        "target_never_follows",
        "a fixed target is a fixed target",
        (Edit("update", "if self.batches % s.target_interval == 0:", "if False:"),),
        UPDATE,
        "target_network_follows",
        "target_never_follows",
        "never changed",
    ),
    Mistake(
        "target_follows_always",
        "the newest weights are the best",
        (Edit("update", "if self.batches % s.target_interval == 0:", "if True:"),),
        UPDATE,
        "target_network_follows",
        "target_follows_always",
        "stands still",
    ),
    Mistake(
        "batches_not_counted",
        "step and batch are the same",
        (Edit("update", "self.batches % s.target_interval", "self.step % s.target_interval"),),
        UPDATE,
        "target_network_follows",
        "wrong_interval",
        "no turns or steps",
    ),
    Mistake(
        "fixed_discount_in_replay",
        "0.97 it is",
        (Edit("update", "terminated, s.gamma)", "terminated, 0.97)"),),
        UPDATE,
        "learns_what_the_batch_says",
        "fixed_discount",
        "s.gamma",
    ),
    Mistake(
        "two_batches_in_a_due_turn",
        "more batches from the same steps",
        (Edit("update", "            self.replay()\n", "            self.replay()\n            self.replay()\n"),),
        UPDATE,
        "learns_in_every_few_turns",
        "several_batches",
        "call self.replay() once",
        also=(FOLLOWS,),
    ),
    Mistake(
        "target_follows_by_turns",
        "turns are counted already",
        (Edit("update", "self.batches % s.target_interval", "self.turns % s.target_interval"),),
        UPDATE,
        "target_network_follows",
        "wrong_interval",
        "no turns or steps",
    ),
    Mistake(
        "fixed_batch_size",
        "a batch has 256 steps",
        (Edit("update", "self.memory.sample(s.batch_size)", "self.memory.sample(256)"),),
        UPDATE,
        "learns_from_its_memory",
        "fixed_batch_size",
        "samples 256: use s.batch_size",
    ),
    Mistake(
        "fixed_replay_interval",
        "the agent learns in every fourth turn",
        (Edit("update", "self.turns % s.replay_interval", "self.turns % 4"),),
        UPDATE,
        "waits_until_the_memory_is_filled",
        "wrong_replay_interval",
        "Take replay_interval from the settings",
        also=(f"{UPDATE}:learns_in_every_few_turns",),
    ),
    Mistake(
        "fixed_target_interval",
        "the target network follows every 4 batches",
        (Edit("update", "self.batches % s.target_interval", "self.batches % 4"),),
        UPDATE,
        "target_network_follows",
        "fixed_interval",
        "Take target_interval from the settings",
    ),
    Mistake(
        "learns_after_the_start_only",
        "more than start_replay_step",
        (Edit("update", "self.step >= s.start_replay_step", "self.step > s.start_replay_step"),),
        UPDATE,
        "waits_until_the_memory_is_filled",
        "starts_too_late",
        ">=",
    ),
    # --- experiment
    Mistake(
        "plain_means",
        "the mean of a row",
        (Edit("experiment", "[145.3, 166.0, 16.7]", "[142.6, 157.8, 17.0]"),),
        EXPERIMENT, "middles", "plain_means", "the means of all scores",
    ),
    Mistake(
        "medians",
        "the middle one of five",
        (Edit("experiment", "[145.3, 166.0, 16.7]", "[145.0, 168.0, 15.0]"),),
        EXPERIMENT, "middles", "medians", "these are the medians",
    ),
    Mistake(
        "pairs_the_other_way",
        "how often the other is better",
        (Edit("experiment", "[9, 25, 0]", "[16, 0, 25]"),),
        EXPERIMENT, "misled", "pairs_the_other_way", "the other setting has the higher score",
    ),
    Mistake(
        "same_seed_only",
        "five seeds, five pairs",
        (Edit("experiment", "[9, 25, 0]", "[2, 5, 0]"),),
        EXPERIMENT, "misled", "same_seed_only", "only trainings in the same column",
    ),
    # --- diagnosis
    Mistake(
        "masked_output_assumed",
        "the network returns 0 for the other action",
        (
            Edit(
                "diagnosis",
                '"colleague": [-0.3, 0.1, 0.0, -0.6, -0.1, -0.1]',
                '"colleague": [0.0, 0.1, 0.0, 0.0, -0.1, 0.0]',
            ),
        ),
        DIAGNOSIS, "colleague", "masked_output_assumed", "numbers of the right `learn`",
    ),
    Mistake(
        "target_at_both_actions",
        "both outputs should be the target",
        (
            Edit(
                "diagnosis",
                '"colleague": [-0.3, 0.1, 0.0, -0.6, -0.1, -0.1]',
                '"colleague": [0.3, 0.1, 0.0, -0.4, -0.1, 0.2]',
            ),
        ),
        DIAGNOSIS, "colleague", "target_at_both_actions", "only at the action that was taken",
    ),
    Mistake(
        "returned_minus_wanted",
        "the error is prediction minus target",
        (
            Edit(
                "diagnosis",
                '"colleague": [-0.3, 0.1, 0.0, -0.6, -0.1, -0.1]',
                '"colleague": [0.3, -0.1, 0.0, 0.6, 0.1, 0.1]',
            ),
        ),
        DIAGNOSIS, "colleague", "returned_minus_wanted", "The other way round",
    ),
    Mistake(
        "unmasked_output_assumed",
        "the same in both",
        (
            Edit(
                "diagnosis",
                '"yours": [0.0, 0.1, 0.0, 0.0, -0.1, 0.0]',
                '"yours": [-0.3, 0.1, 0.0, -0.6, -0.1, -0.1]',
            ),
        ),
        DIAGNOSIS, "yours", "unmasked_output_assumed", "the colleague's numbers",
    ),
    Mistake(
        "yours_returned_minus_wanted",
        "the error is prediction minus target",
        (
            Edit(
                "diagnosis",
                '"yours": [0.0, 0.1, 0.0, 0.0, -0.1, 0.0]',
                '"yours": [0.0, -0.1, 0.0, 0.0, 0.1, 0.0]',
            ),
        ),
        DIAGNOSIS, "yours", "returned_minus_wanted", "The other way round",
    ),
    Mistake(
        "curves_mixed_up",
        "both stay low",
        (Edit("diagnosis", '"fce"', '"fec"'),),
        DIAGNOSIS,
        "curves",
        "wrong_matching",
        "learns then",
    ),
    # --- the settings
    Mistake(
        "no_future",
        "a discount of 0 is no discount",
        (Edit("agent", "return DQNAgent(Settings())", "return DQNAgent(Settings(gamma=0.0))"),),
        "dqn_keras/agent", "reaches_threshold", "below_threshold", "the discount",
    ),
)  # fmt: skip
