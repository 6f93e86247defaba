# writer: a linear-algebra lover: both heads as one matrix product, Gumbel-max sampling, masks by one_hot, AdamW
# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.trunk = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        # one product for both heads: the rows of the matrix are stacked
        weight = torch.cat([self.policy.weight, self.critic.weight])
        bias = torch.cat([self.policy.bias, self.critic.bias])
        heads = F.linear(self.trunk(x).clamp_min(0), weight, bias)
        logits, value = heads[..., :-1], heads[..., -1]
        return logits.softmax(dim=-1), value


# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    # Gumbel-max: the largest of (log pi + Gumbel noise) is distributed as pi
    gumbel = -torch.empty_like(probs).exponential_().log()
    action = (probs.detach().log() + gumbel).argmax(dim=-1)
    chosen = F.one_hot(action, probs.shape[-1]).bool()
    return action, probs[chosen].log(), value


# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return torch.sub(returns, values.detach())


# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    ones = torch.ones_like(returns)
    policy_loss = -torch.einsum("t,t,t->", ones, advantages, log_probs)
    critic_loss = torch.einsum(
        "t,t->", ones, F.smooth_l1_loss(values, returns, reduction="none", beta=1.0)
    )
    return policy_loss, critic_loss  # two sums


# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork(hidden_size=64)
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0)
        self.gamma = gamma

    def start_episode(self, observation):
        self.memory = [], [], []  # log-probabilities, values, rewards

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        action, *others = choose_action(self.net, observation)
        for memory, item in zip(self.memory, others):  # the rewards come in train
            memory.append(item)
        return action.numpy()

    def train(self, transition):
        *tensors, rewards = self.memory
        rewards.append(float(transition.reward[0]))
        if not any((*transition.terminated, *transition.truncated)):
            return
        log_probs, values = map(torch.cat, tensors)
        returns = normalise(discounted_returns(rewards, self.gamma))
        policy_loss, critic_loss = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        policy_loss.add(critic_loss).backward()
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
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=lr, weight_decay=0)
        self.gamma = gamma
        self.games = 0  # episodes played
        self.mean_reward = None  # running average of their scores

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
        action, *others = choose_action(self.net, observation)
        self.memory.append(SavedAction._make(others))
        return action.numpy()

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
        policy_loss, critic_loss = losses(log_probs, advantage(returns, values), values, returns)
        self.optimizer.zero_grad()
        policy_loss.add(critic_loss).backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score


# %% agent
make_agent = lambda: ACPolicy(gamma=0.99, lr=3e-2)


# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    scores = torch.tensor(
        [
            [178.6, 148.0, 134.0, 162.7, 141.9],
            [113.9, 101.3, 146.2, 145.9, 119.3],
            [72.9, 116.3, 57.4, 165.7, 86.0],
        ],
        dtype=torch.float64,
    )
    keep = torch.tensor([0.0, 1, 1, 1, 0], dtype=torch.float64) / 3
    return {"middles": (scores.sort(dim=1).values @ keep).tolist(), "shown": [1, 5]}


# %% save
def parts(agent):
    return {"model_state_dict": agent.net, "optimizer_state_dict": agent.optimizer}


def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    states = {key: part.state_dict() for key, part in parts(agent).items()}
    torch.save({"games": agent.games, "mean_reward": agent.mean_reward, **states}, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    saved = torch.load(path, weights_only=True)
    for key, part in parts(agent).items():
        part.load_state_dict(saved[key])
    agent.games = saved["games"]
    agent.mean_reward = saved["mean_reward"]
