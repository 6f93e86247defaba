"""Typical wrong answers to policy_network, each a small edit of the reference."""

from autograder.variants import Edit, Mistake

FORWARD = "policy_network/forward"
ACT = "policy_network/act"
RETURNS = "policy_network/returns"
NORMALISE = "policy_network/normalise"
LOSS = "policy_network/loss"
UPDATE = "policy_network/update"
SAVE = "policy_network/save"
DIAGNOSIS = "policy_network/diagnosis"

MISTAKES = (
    Mistake(
        "softmax_over_the_batch",
        "dim=0 is the first dimension, that will be right",
        (Edit("forward", "dim=-1", "dim=0"),),
        FORWARD, "each_row_sums_to_one", "softmax_over_the_batch", "columns sum to one",
        also=(f"{FORWARD}:computes_what_its_layers_say",),
    ),
    Mistake(
        "no_softmax",
        "the head's output is good enough",
        (Edit("forward", "F.softmax(self.policy_head(x), dim=-1)", "self.policy_head(x)"),),
        FORWARD, "each_row_sums_to_one", "no_softmax", "should be probabilities",
        also=(
            f"{FORWARD}:computes_what_its_layers_say",
            f"{UPDATE}:act_answers_and_remembers",
        ),
    ),
    Mistake(
        "log_softmax",
        "we need the logarithm later anyway",
        (Edit("forward", "F.softmax", "F.log_softmax"),),
        FORWARD, "each_row_sums_to_one", "log_softmax", "not log_softmax",
        also=(
            f"{FORWARD}:computes_what_its_layers_say",
            f"{UPDATE}:act_answers_and_remembers",
        ),
    ),
    Mistake(
        "relu_missing",
        "a linear layer is a layer",
        (Edit("forward", "F.relu(self.hidden(x))", "self.hidden(x)"),),
        FORWARD, "computes_what_its_layers_say", "relu_missing", "no more than one",
    ),
    Mistake(
        "relu_on_logits",
        "a ReLU after every layer",
        (Edit("forward", "F.softmax(self.policy_head(x)", "F.softmax(F.relu(self.policy_head(x))"),),
        FORWARD, "computes_what_its_layers_say", "relu_on_logits", "ReLU after policy_head",
    ),
    Mistake(
        "softmax_twice",
        "better safe than sorry",
        (Edit(
            "forward", "F.softmax(self.policy_head(x), dim=-1)",
            "F.softmax(F.softmax(self.policy_head(x), dim=-1), dim=-1)",
        ),),
        FORWARD, "computes_what_its_layers_say", "softmax_twice", "twice",
    ),
    Mistake(
        "tanh_instead_of_relu",
        "tanh worked in the other course",
        (Edit("forward", "F.relu", "torch.tanh"),),
        FORWARD, "computes_what_its_layers_say", "tanh_instead_of_relu", "asks for ReLU",
    ),
    Mistake(
        "sigmoid_instead_of_relu",
        "an activation is an activation",
        (Edit("forward", "F.relu", "torch.sigmoid"),),
        FORWARD, "computes_what_its_layers_say", "sigmoid_instead_of_relu", "asks for ReLU",
    ),
    Mistake(
        "hidden_size_ignored",
        "32 it says, so 32 it is",
        (
            Edit("forward", "nn.Linear(4, hidden_size)", "nn.Linear(4, 32)"),
            Edit("forward", "nn.Linear(hidden_size, n_actions)", "nn.Linear(32, n_actions)"),
        ),
        FORWARD, "computes_what_its_layers_say", "sizes_ignored", "not fixed numbers",
    ),
    Mistake(
        "n_actions_ignored",
        "left and right: two",
        (Edit("forward", "nn.Linear(hidden_size, n_actions)", "nn.Linear(hidden_size, 2)"),),
        FORWARD, "one_row_of_probabilities_for_each_observation", "wrong_output_shape",
        "one probability for each action",
    ),
    Mistake(
        "single_layer",
        "one layer is enough for four numbers",
        (
            Edit("forward", "x = F.relu(self.hidden(x))", "pass"),
            Edit("forward", "        self.hidden = nn.Linear(4, hidden_size)\n", ""),
            Edit("forward", "nn.Linear(hidden_size, n_actions)", "nn.Linear(4, n_actions)"),
        ),
        FORWARD, "computes_what_its_layers_say", "hidden_layer_missing", "single linear layer",
    ),
    Mistake(
        "softmax_by_hand_overflows",
        "softmax is just exp over sum",
        (Edit(
            "forward", "F.softmax(self.policy_head(x), dim=-1)",
            "torch.exp(self.policy_head(x)) / torch.exp(self.policy_head(x)).sum(-1, keepdim=True)",
        ),),
        FORWARD, "large_values_stay_finite", "softmax_overflows", "exp overflows",
    ),
    Mistake(
        "greedy_while_learning",
        "the best action is the best",
        (Edit("act", "m.sample()", "probs.argmax(dim=-1)"),),
        ACT, "actions_follow_the_probabilities", "greedy_instead_of_drawn", "argmax",
    ),
    Mistake(
        "uniform_actions",
        "exploring means trying everything",
        (Edit("act", "m.sample()", "torch.randint(2, (len(probs),))"),),
        ACT, "actions_follow_the_probabilities", "uniform_actions", "equally often",
    ),
    Mistake(
        "probabilities_as_logits",
        "Categorical takes logits, I read",
        (Edit("act", "Categorical(probs)", "Categorical(logits=probs)"),),
        ACT, "log_probability_of_the_chosen_action", "probabilities_taken_for_logits",
        "applied a softmax again",
        also=(
            f"{ACT}:actions_follow_the_probabilities",
            f"{UPDATE}:act_answers_and_remembers",
        ),
    ),
    Mistake(
        "probability_instead_of_log",
        "the probability of the action",
        (Edit("act", "m.log_prob(action)", "probs[torch.arange(len(probs)), action]"),),
        ACT, "log_probability_of_the_chosen_action", "probability_instead_of_log", "logarithm",
        also=(f"{UPDATE}:act_answers_and_remembers",),
    ),
    Mistake(
        "always_action_zero_gathered",
        "the first column is the probability",
        (Edit("act", "m.log_prob(action)", "torch.log(probs[:, 0])"),),
        ACT, "log_probability_of_the_chosen_action", "always_the_first_action", "action 0",
        also=(f"{UPDATE}:act_answers_and_remembers",),
    ),
    Mistake(
        "other_action_gathered",
        "one minus the action",
        (Edit("act", "m.log_prob(action)", "m.log_prob(1 - action)"),),
        ACT, "log_probability_of_the_chosen_action", "log_probability_of_another_action",
        "not chosen",
        also=(f"{UPDATE}:act_answers_and_remembers",),
    ),
    Mistake(
        "no_grad_while_acting",
        "playing needs no gradients",
        (Edit("act", "m.log_prob(action)", "m.log_prob(action).detach()"),),
        ACT, "gradient_reaches_the_network", "graph_cut", "nothing will be learned",
        also=(f"{UPDATE}:learns_when_all_episodes_have_ended",),
    ),
    Mistake(
        "observation_stays_float64",
        "the array is a tensor already",
        (Edit("act", "torch.as_tensor(observation, dtype=torch.float32)",
              "torch.as_tensor(observation)"),),
        ACT, "one_action_and_one_log_probability_for_each_row", "raises_an_error", "dtype",
    ),
    Mistake(
        "one_action_for_all",
        "item() gives the action",
        (Edit("act", "return action, m.log_prob(action)",
              "return action[0], m.log_prob(action)[0]"),),
        ACT, "one_action_and_one_log_probability_for_each_row", "wrong_shape", "there should be",
        also=(f"{UPDATE}:act_answers_and_remembers",),
    ),
    Mistake(
        "no_discount",
        "the return is the sum of the rewards",
        (Edit("returns", "reward + gamma * following", "reward + following"),),
        RETURNS, "returns_are_right", "no_discount", "gamma is missing",
        also=(f"{RETURNS}:integer_rewards",),
    ),
    Mistake(
        "whole_return_everywhere",
        "the episode's return is what counts",
        (Edit("returns", "returns.reverse()", "returns = [returns[-1]] * len(returns)"),),
        RETURNS, "returns_are_right", "whole_return_everywhere", "from this step on",
        also=(f"{RETURNS}:integer_rewards",),
    ),
    Mistake(
        "not_reversed_back",
        "reversed once is reversed",
        (Edit("returns", "    returns.reverse()\n", ""),),
        RETURNS, "returns_are_right", "not_reversed_back", "wrong order",
        also=(f"{RETURNS}:integer_rewards",),
    ),
    Mistake(
        "discounted_but_not_summed",
        "each reward times gamma to the t",
        (
            Edit("returns", "following = reward + gamma * following",
                 "following = reward"),
            Edit("returns", "returns.reverse()",
                 "returns.reverse()\n    returns = [gamma**t * r for t, r in enumerate(returns)]"),
        ),
        RETURNS, "returns_are_right", "discounted_but_not_summed", "did not add up",
        also=(f"{RETURNS}:integer_rewards",),
    ),
    Mistake(
        "accumulated_from_the_front",
        "add up while going through the episode",
        (
            Edit("returns", "reversed(rewards)", "rewards"),
            Edit("returns", "    returns.reverse()\n", ""),
        ),
        RETURNS, "returns_are_right", "accumulated_from_the_front", "paid for the past",
        also=(f"{RETURNS}:integer_rewards",),
    ),
    Mistake(
        "shifted_by_one",
        "the return is what comes after this step",
        (
            Edit("returns", "        following = reward + gamma * following\n"
                            "        returns.append(following)\n",
                 "        returns.append(following)\n"
                 "        following = reward + gamma * following\n"),
        ),
        RETURNS, "returns_are_right", "shifted_by_one", "own step's reward",
        also=(f"{RETURNS}:integer_rewards",),
    ),
    Mistake(
        "own_reward_discounted",
        "gamma times everything",
        (Edit("returns", "reward + gamma * following", "gamma * (reward + following)"),),
        RETURNS, "returns_are_right", "own_reward_discounted", "one gamma too small",
        also=(f"{RETURNS}:integer_rewards",),
    ),
    Mistake(
        "integer_returns",
        "same type as the rewards",
        (Edit("returns", "torch.tensor(returns, dtype=torch.float32)",
              "torch.tensor(returns).to(torch.tensor(rewards).dtype)"),),
        RETURNS, "integer_rewards", "integer_returns", "whole numbers",
    ),
    Mistake(
        "list_reversed_in_place",
        "reverse() is shorter",
        (
            Edit("returns", "    returns = []\n", "    returns = []\n    rewards.reverse()\n"),
            Edit("returns", "reversed(rewards)", "rewards"),
        ),
        RETURNS, "rewards_are_left_alone", "rewards_changed", "changes the list",
    ),
    Mistake(
        "only_the_total",
        "one return for the episode",
        (Edit("returns", "torch.tensor(returns, dtype=torch.float32)",
              "torch.tensor(returns[0], dtype=torch.float32)"),),
        RETURNS, "one_return_for_each_reward", "wrong_length", "one return for each reward",
    ),
    Mistake(
        "mean_not_removed",
        "divide by the spread, done",
        (Edit("normalise", "(returns - returns.mean())", "returns"),),
        NORMALISE, "mean_zero_spread_one", "mean_not_removed", "the mean is not zero",
        also=(f"{UPDATE}:old_gradients_are_cleared", f"{UPDATE}:a_step_lowers_the_loss"),
    ),
    Mistake(
        "not_divided",
        "the mean is what matters",
        (Edit("normalise", " / (returns.std(correction=0) + eps)", ""),),
        NORMALISE, "mean_zero_spread_one", "not_divided", "the spread is not one",
    ),
    Mistake(
        "divided_by_variance",
        "var is the spread",
        (Edit("normalise", "returns.std(correction=0)", "returns.var()"),),
        NORMALISE, "mean_zero_spread_one", "divided_by_variance", "square root",
        also=(f"{NORMALISE}:equal_returns_stay_finite",),
    ),
    Mistake(
        "division_by_zero",
        "returns are never all equal",
        (Edit("normalise", "(returns.std(correction=0) + eps)", "returns.std(correction=0)"),),
        NORMALISE, "equal_returns_stay_finite", "division_by_zero", "spread is zero",
        also=(f"{UPDATE}:old_gradients_are_cleared",),
    ),
    Mistake(
        "sign_flipped",
        "large returns are good, so add them up",
        (Edit("loss", "-returns", "returns"),),
        LOSS, "value", "sign_flipped", "sign is flipped",
        also=(f"{LOSS}:gradient_reaches_the_policy",),
    ),
    Mistake(
        "exp_of_log_probs",
        "I want probabilities",
        (Edit("loss", "-returns * log_probs", "-returns * torch.exp(log_probs)"),),
        LOSS, "value", "probability_instead_of_log", "use the probability itself",
        also=(f"{LOSS}:gradient_reaches_the_policy",),
    ),
    Mistake(
        "returns_ignored",
        "log-likelihood, as in classification",
        (Edit("loss", "-returns * log_probs", "-log_probs"),),
        LOSS, "value", "returns_ignored", "returns are missing",
        also=(f"{LOSS}:gradient_reaches_the_policy", f"{UPDATE}:a_step_lowers_the_loss"),
    ),
    Mistake(
        "product_of_sums",
        "sum both, then multiply",
        (Edit("loss", "(-returns * log_probs).mean()", "-returns.sum() * log_probs.sum()"),),
        LOSS, "value", "product_of_sums", "two sums",
        also=(
            f"{LOSS}:gradient_reaches_the_policy",
            f"{UPDATE}:learns_when_all_episodes_have_ended",
            f"{UPDATE}:a_step_lowers_the_loss",
        ),
    ),
    Mistake(
        "loss_for_each_step",
        "one loss for each step",
        (Edit("loss", ".mean()", ""),),
        LOSS, "a_single_number", "not_a_number", "one number",
        also=(f"{UPDATE}:learns_when_all_episodes_have_ended",),
    ),
    Mistake(
        "loss_loses_the_graph",
        "a loss is a number",
        (Edit("loss", "(-returns * log_probs).mean()",
              "torch.tensor((-returns * log_probs).mean().item(), requires_grad=True)"),),
        LOSS, "gradient_reaches_the_policy", "graph_cut", "cut the graph",
        also=(f"{UPDATE}:learns_when_all_episodes_have_ended",),
    ),
    Mistake(
        "nothing_remembered",
        "acting and learning are separate things",
        (Edit("update", "        self.memory.append(log_prob)\n", ""),),
        UPDATE, "act_answers_and_remembers", "nothing_remembered", "append",
    ),
    Mistake(
        "only_terminated",
        "the episode ends when the pole falls",
        (Edit("update", "transition.terminated | transition.truncated", "transition.terminated"),),
        UPDATE, "an_episode_cut_by_the_time_limit_ends_too", "only_terminated", "time limit",
    ),
    Mistake(
        "only_truncated",
        "truncated means over",
        (Edit("update", "transition.terminated | transition.truncated", "transition.truncated"),),
        UPDATE, "learns_when_all_episodes_have_ended", "step_missing", "have ended",
    ),
    Mistake(
        "and_instead_of_or",
        "both flags say that it is over",
        (Edit("update", "transition.terminated | transition.truncated",
              "transition.terminated & transition.truncated"),),
        UPDATE, "learns_when_all_episodes_have_ended", "step_missing", "have ended",
    ),
    Mistake(
        "learns_after_every_step",
        "learn as often as you can",
        (Edit("update", "ended = transition.terminated | transition.truncated",
              "ended = np.ones(self.running, dtype=bool)"),),
        UPDATE, "learns_when_all_episodes_have_ended", "learns_too_early", "still running",
    ),
    Mistake(
        "step_missing",
        "backward does the learning",
        (Edit("update", "        self.optimizer.step()\n", ""),),
        UPDATE, "learns_when_all_episodes_have_ended", "step_missing", "optimizer.step()",
    ),
    Mistake(
        "backward_missing",
        "the optimizer knows the loss",
        (Edit("update", "        loss.backward()\n", ""),),
        UPDATE, "learns_when_all_episodes_have_ended", "step_missing", "loss.backward()",
    ),
    Mistake(
        "zero_grad_missing",
        "more gradients, more learning",
        (Edit("update", "        self.optimizer.zero_grad()\n", ""),),
        UPDATE, "old_gradients_are_cleared", "zero_grad_missing", "adds to them",
    ),
    Mistake(
        "zero_grad_between_backward_and_step",
        "clean up before the step",
        (
            Edit("update", "        self.optimizer.zero_grad()\n        loss.backward()\n",
                 "        loss.backward()\n        self.optimizer.zero_grad()\n"),
        ),
        UPDATE, "learns_when_all_episodes_have_ended", "step_missing", "have not changed",
    ),
    Mistake(
        "minus_twice",
        "the loss is what we maximise",
        (Edit("update", "loss = policy_loss(log_probs, returns)",
              "loss = -policy_loss(log_probs, returns)"),),
        UPDATE, "a_step_lowers_the_loss", "step_uphill", "larger than before",
    ),
    Mistake(
        "arguments_swapped",
        "returns first",
        (Edit("update", "loss = policy_loss(log_probs, returns)",
              "loss = policy_loss(returns.requires_grad_(), log_probs.detach())"),),
        UPDATE, "learns_when_all_episodes_have_ended", "step_missing", "have not changed",
    ),
    Mistake(
        "optimizer_not_saved",
        "the network is all I need",
        (Edit("save", '    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])\n', ""),),
        SAVE, "everything_comes_back", "optimizer_not_loaded", "Adam's averages",
    ),
    Mistake(
        "model_not_loaded",
        "load returns the network",
        (Edit("save", '    agent.net.load_state_dict(checkpoint["model_state_dict"])\n', ""),),
        SAVE, "everything_comes_back", "model_not_loaded", "other weights",
    ),
    Mistake(
        "counters_forgotten",
        "games is only a statistic",
        (Edit("save", '    agent.games = checkpoint["games"]\n', ""),),
        SAVE, "everything_comes_back", "counters_not_loaded", "should come back",
    ),
    Mistake(
        "wrong_diagnosis",
        "more episodes will do",
        (Edit("diagnosis", 'return "b"', 'return "a"'),),
        DIAGNOSIS, "the_right_option", "wrong_option", "Look at the curve",
    ),
    Mistake(
        "diagnosis_in_words",
        "the sign, obviously",
        (Edit("diagnosis", 'return "b"', 'return "the sign is wrong"'),),
        DIAGNOSIS, "the_right_option", "no_option", "one of the letters",
    ),
)
