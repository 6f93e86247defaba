# writer: a beginner: loops, temporary variables, Python's random module, sums instead of means, a print
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        number_of_inputs = 4
        self.layer = nn.Linear(number_of_inputs, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)
        self.relu = nn.ReLU()
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        a = self.layer(x)
        b = self.relu(a)
        c = self.policy(b)
        probabilities = self.softmax(c)
        d = self.critic(b)
        value = d[:, 0]
        result = [probabilities, value]
        return result

# %% act
import random


def draw_one(row):
    # row is a list of probabilities
    numbers = list(range(len(row)))
    drawn = random.choices(numbers, weights=row)
    return drawn[0]


def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    x = torch.from_numpy(observation).float()
    probabilities, values = net(x)
    actions = []
    for row in probabilities.tolist():
        actions.append(draw_one(row))
    actions = torch.tensor(actions)
    row_numbers = torch.arange(len(actions))
    probability_of_action = probabilities[row_numbers, actions]
    log_probabilities = torch.log(probability_of_action)
    return actions, log_probabilities, values

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    numbers = values.tolist()
    baseline = torch.tensor(numbers)  # only the numbers, no connection
    result = returns - baseline
    return result

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    products = advantages * log_probs
    total = torch.sum(products)
    actor_loss = -1 * total
    critic_loss = F.smooth_l1_loss(values, returns, reduction="sum")
    return actor_loss, critic_loss

# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.list_of_log_probs = list()
        self.list_of_values = list()
        self.list_of_rewards = list()

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        result = choose_action(self.net, observation)
        action = result[0]
        log_prob = result[1]
        value = result[2]
        self.list_of_log_probs.append(log_prob[0])
        self.list_of_values.append(value[0])
        return np.array([action[0].item()])

    def train(self, transition):
        reward = float(transition.reward[0])
        self.list_of_rewards.append(reward)
        finished = False
        if transition.terminated[0] == True:
            finished = True
        if transition.truncated[0] == True:
            finished = True
        if finished == True:
            returns = discounted_returns(self.list_of_rewards, self.gamma)
            returns = normalise(returns)
            log_probs = torch.stack(self.list_of_log_probs)
            values = torch.stack(self.list_of_values)
            advantages = advantage(returns, values)
            actor_loss, critic_loss = losses(log_probs, advantages, values, returns)
            loss = actor_loss + critic_loss
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()

# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores
        self.loss_history = []  # for me, to look at later

    def start_episode(self, observation):
        n = len(observation)
        self.memory = []  # a SavedAction for each step
        self.episodes = []  # the episode that each of their rows belongs to
        self.rewards = [[] for _ in range(n)]  # one list for each episode
        self.running = n  # how many episodes have not ended yet

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                probs, _ = self.net(torch.as_tensor(observation, dtype=torch.float32))
                return probs.argmax(dim=-1).numpy()  # (n,)
        actions, log_probs, values = choose_action(self.net, observation)
        saved = SavedAction(log_probs, values)
        self.memory.append(saved)
        list_of_actions = []
        for action in actions:
            list_of_actions.append(int(action))
        return np.array(list_of_actions)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        ended = transition.terminated | transition.truncated  # (n,)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """All log-probabilities and values of the batch, and the normalised returns, (steps,) each."""
        log_probs = torch.cat([saved.log_prob for saved in self.memory])
        values = torch.cat([saved.value for saved in self.memory])
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, self.gamma)
        return log_probs, values, normalise(returns)

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        advantages = advantage(returns, values)
        both = losses(log_probs, advantages, values, returns)
        actor_loss = both[0]
        critic_loss = both[1]
        loss = actor_loss + critic_loss
        self.loss_history.append(loss.item())
        self.net.zero_grad()
        loss.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    my_gamma = 0.99
    my_learning_rate = 0.03
    new_agent = ACPolicy(my_gamma, my_learning_rate)
    print("New agent with learning rate", my_learning_rate)
    return new_agent

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    dictionary = {}
    dictionary["games"] = agent.games
    dictionary["model_state_dict"] = agent.net.state_dict()
    dictionary["optimizer_state_dict"] = agent.optimizer.state_dict()
    dictionary["mean_reward"] = agent.mean_reward
    torch.save(dictionary, path)
    print("saved", path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    dictionary = torch.load(path, weights_only=True)
    agent.games = dictionary["games"]
    model = dictionary["model_state_dict"]
    agent.net.load_state_dict(model)
    optimizer = dictionary["optimizer_state_dict"]
    agent.optimizer.load_state_dict(optimizer)
    agent.mean_reward = dictionary["mean_reward"]
    print("loaded", path)
