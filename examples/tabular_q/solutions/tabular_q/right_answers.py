"""Unusual right answers to tabular_q: each must get full marks."""

from autograder.authoring.edits import Edit, RightAnswer

RIGHT_ANSWERS = (
    RightAnswer(
        "lists_and_loops",
        (
            Edit(
                "q_table",
                "    return np.zeros((n_states, n_actions))\n",
                "    return np.array([[0.0] * n_actions for _ in range(n_states)])\n",
            ),
            Edit(
                "greedy",
                "    return q[state].argmax(axis=1)\n",
                "    return [int(np.argmax(q[s])) for s in state]\n",
            ),
            Edit(
                "update",
                "    q[state, action] += alpha * (target - q[state, action])\n",
                "    for s, a, y in zip(state, action, target):\n"
                "        q[s, a] = (1 - alpha) * q[s, a] + alpha * y\n",
            ),
        ),
    ),
    RightAnswer(
        "own_generator",
        (
            Edit(
                "epsilon_greedy",
                "    other = np.random.randint(q.shape[1], size=len(state))  # (n,)\n"
                "    explores = np.random.random(len(state)) < epsilon  # (n,)\n",
                "    random = np.random.default_rng()\n"
                "    other = random.integers(q.shape[1], size=len(state))\n"
                "    explores = random.random(len(state)) < epsilon\n",
            ),
        ),
    ),
    RightAnswer(
        "best_of_equals_at_random",
        (
            Edit(
                "greedy",
                "    return q[state].argmax(axis=1)\n",
                "    rows = q[state]\n"
                "    best = rows == rows.max(axis=1, keepdims=True)\n"
                "    return (best * np.random.uniform(0.5, 1.0, rows.shape)).argmax(axis=1)\n",
            ),
        ),
    ),
    RightAnswer(
        "if_else",
        (
            Edit(
                "td_target",
                "    return reward + gamma * next_value * ~terminated  # (n,)\n",
                "    return np.where(terminated, reward, reward + gamma * next_value)\n",
            ),
        ),
    ),
    RightAnswer(
        "sums_that_repeat",
        (
            Edit(
                "update",
                "    q[state, action] += alpha * (target - q[state, action])\n",
                "    np.add.at(q, (state, action), alpha * (target - q[state, action]))\n",
            ),
        ),
    ),
)
