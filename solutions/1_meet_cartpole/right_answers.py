"""Unusual right answers to meet_cartpole: each must get full marks."""

from autograder.authoring.edits import Edit, RightAnswer

STEP = "observation, reward, terminated, truncated, _ = env.step(action)"
RESET = "observation, _ = env.reset()"
END = "        if terminated or truncated:\n            return score\n"
RULE = "int(angle + angular_velocity > 0)"

RIGHT_ANSWERS = (
    RightAnswer(
        "information_with_a_name",
        (
            Edit("play_episode", RESET, "observation, info = env.reset()"),
            Edit(
                "play_episode",
                STEP,
                "observation, reward, terminated, truncated, info = env.step(action)",
            ),
        ),
    ),
    RightAnswer(
        "while_not_done",
        (
            Edit("play_episode", "while True:", "done = False\n    while not done:"),
            Edit("play_episode", END, "        done = terminated or truncated\n    return score\n"),
        ),
    ),
    RightAnswer(
        "two_flags_in_the_loop",
        (
            Edit(
                "play_episode",
                "while True:",
                "terminated = truncated = False\n    while not (terminated or truncated):",
            ),
            Edit("play_episode", END, "    return score\n"),
        ),
    ),
    RightAnswer(
        "rewards_in_a_list",
        (
            Edit("play_episode", "score = 0.0", "rewards = []"),
            Edit("play_episode", "score += reward", "rewards.append(reward)"),
            Edit("play_episode", "return score", "return sum(rewards)"),
        ),
    ),
    RightAnswer(
        "score_as_a_numpy_number", (Edit("play_episode", "score = 0.0", "score = np.float64(0)"),)
    ),
    RightAnswer("score_starts_at_whole_zero", (Edit("play_episode", "score = 0.0", "score = 0"),)),
    RightAnswer(
        "reset_with_a_seed",
        (Edit("play_episode", "env.reset()", "env.reset(seed=np.random.randint(1000))"),),
    ),
    RightAnswer(
        "step_by_index",
        (
            Edit(
                "play_episode",
                STEP,
                "answer = env.step(action)\n"
                "        observation, reward, terminated, truncated = answer[:4]",
            ),
        ),
    ),
    RightAnswer(
        "a_limit_of_steps", (Edit("play_episode", "while True:", "for _ in range(10_000):"),)
    ),
    RightAnswer(
        "closed_at_the_end",
        (
            Edit(
                "play_episode",
                "            return score\n",
                "            env.close()\n            return score\n",
            ),
        ),
    ),
    RightAnswer(
        "shown_while_played",
        (
            Edit(
                "play_episode",
                "        score += reward\n",
                "        score += reward\n        render(env)\n",
            ),
        ),
    ),
    RightAnswer(
        "recursive",
        (
            Edit(
                "play_episode",
                "    while True:\n",
                "    def play(observation):\n"
                "        observation, reward, terminated, truncated, _ = "
                "env.step(rule(observation))\n"
                "        return reward + (0 if terminated or truncated else play(observation))\n"
                "\n"
                "    return play(observation)\n"
                "    while True:\n",
            ),
        ),
    ),
    RightAnswer(
        "if_and_else",
        (
            Edit(
                "rule",
                f"    return {RULE}",
                "    if angle + angular_velocity > 0:\n        return 1\n    else:\n        return 0",
            ),
        ),
    ),
    RightAnswer(
        "all_four_numbers",
        (Edit("rule", RULE, "int(observation @ np.array([0.1, 0.3, 3.0, 1.0]) > 0)"),),
    ),
    RightAnswer("angular_velocity_alone", (Edit("rule", RULE, "int(angular_velocity > 0)"),)),
    RightAnswer(
        "half_the_angular_velocity",
        (Edit("rule", RULE, "int(angle + 0.3 * angular_velocity > 0)"),),
    ),
    RightAnswer("python_truth", (Edit("rule", RULE, "bool(angle + angular_velocity > 0)"),)),
    RightAnswer("numpy_integer", (Edit("rule", RULE, "np.int64(angle + angular_velocity > 0)"),)),
    RightAnswer(
        "an_array_without_dimensions",
        (Edit("rule", RULE, "np.array(angle + angular_velocity > 0).astype(int)"),),
    ),
    RightAnswer("sign", (Edit("rule", RULE, "int((np.sign(angle + angular_velocity) + 1) // 2)"),)),
    RightAnswer(
        "where", (Edit("rule", RULE, "int(np.where(angle + angular_velocity > 0, 1, 0))"),)
    ),
    RightAnswer(
        "a_memory_of_its_own",
        (
            Edit("rule", "def rule(observation):", "before = [0.0]\n\n\ndef rule(observation):"),
            Edit(
                "rule", "    angle, angular", "    before[0] = observation[2]\n    angle, angular"
            ),
        ),
    ),
    RightAnswer(
        "ready_to_be_unpacked",
        (
            Edit(
                "rule",
                "angle, angular_velocity = observation[2], observation[3]",
                "x, x_dot, angle, angular_velocity = observation",
            ),
        ),
    ),
    RightAnswer(
        "a_little_chance",
        (
            Edit(
                "rule",
                RULE,
                "int(angle + angular_velocity > 0) if np.random.rand() < 0.95 "
                "else np.random.randint(2)",
            ),
        ),
    ),
    RightAnswer(
        "on_paper_computed",
        (
            Edit("on_paper", "[11, 7, 4]", "np.array([2 + 1 + 3 + 1 + 4, 2 + 1 + 3 + 1, 4.0])"),
            Edit("on_paper", "[0, 3, 5]", "(5, 3, 0)"),
        ),
    ),
    RightAnswer(
        "diagnosis_computed",
        (
            Edit("diagnosis", "[1, 1, 1, 1, 4, 2, 5, 3, 1]", "3 * [1] + [1, 4, 2, 5, 3, 1]"),
            Edit("diagnosis", "[6, 3, 0]", "10.0 - np.array([4, 7, 10])"),
            Edit("diagnosis", "[6, 8, 5, 7, 9, 6]", "(6.0, 8.0, 5.0, 7.0, 9.0, 6.0)"),
        ),
    ),
    RightAnswer(
        "as_long_as_an_episode_may_last",
        (
            Edit("play_episode", "while True:", "for _ in range(env.spec.max_episode_steps):"),
            Edit(
                "play_episode",
                END,
                "        if terminated or truncated:\n            break\n    return score\n",
            ),
        ),
    ),
    RightAnswer(
        "an_enumeration_of_actions",
        (
            Edit(
                "rule",
                "def rule(",
                "import enum\n\nSide = enum.IntEnum('Side', {'LEFT': 0, 'RIGHT': 1})\n\n\ndef rule(",
            ),
            Edit("rule", RULE, "Side.RIGHT if angle + angular_velocity > 0 else Side.LEFT"),
        ),
    ),
    RightAnswer(
        "two_angles_in_a_row",
        (
            Edit(
                "rule",
                "def rule(",
                "seen = [0.0]\n\n\ndef swing(angle):\n"
                "    seen.append(angle)\n"
                "    return 50 * (angle - seen[-2])\n\n\ndef rule(",
            ),
            Edit("rule", RULE, "int(angle + swing(angle) > 0)"),
        ),
    ),
)
