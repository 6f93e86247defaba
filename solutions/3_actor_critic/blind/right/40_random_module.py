# writer: inherits the second agent from the first, random module as source, memory as lists of pairs
# %% forward
class ActorCriticNetwork(nn.Module):
    def __init__(self, hidden_size=128, n_actions=2, *, activation=F.relu):
        super().__init__()
        self.activation = activation
        self.shared = nn.Linear(4, hidden_size)
        self.policy, self.critic = (nn.Linear(hidden_size, size) for size in (n_actions, 1))
        for head in (self.policy, self.critic):
            nn.init.zeros_(head.bias)

    def actor(self, h):
        return self.policy(h).log_softmax(dim=-1).exp()

    def value(self, h):
        return self.critic(h).sum(dim=-1)

    def forward(self, x):
        h = self.activation(self.shared(x))
        return self.actor(h), self.value(h)
# %% act
import random


def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    actions = [random.choices(range(len(row)), weights=row)[0] for row in probs.tolist()]
    actions = torch.tensor(actions)
    return actions, -F.nll_loss(probs.clamp_min(1e-30).log(), actions, reduction="none"), values
# %% advantage
advantage = lambda returns, values: returns - values.data
# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    error = values - returns
    bounded = error.detach().clamp(-1, 1)
    steps = len(error)
    # |e| >= 1: |e| - 1/2, otherwise e^2/2; both are b * e - b^2 / 2 with b = clip(e)
    critic = (bounded * error - bounded.square() / 2).sum() / steps
    actor = (log_probs @ -advantages.to(log_probs.dtype)) / steps
    return actor.reshape(1), critic.reshape(1)
# %% first_agent
class FirstActorCritic(AbstractAgent):
    """Actor and critic in a single environment: plays an episode, then learns from it."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adamax(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.saved, self.rewards = ([], []), []

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                return self.net(torch.as_tensor(observation))[0].argmax(dim=-1).numpy()  # (n,)
        actions, *kept = choose_action(self.net, observation)
        for memory, tensor in zip(self.saved, kept, strict=True):
            memory.append(tensor)
        return actions.numpy().copy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        running = not (transition.terminated[0] or transition.truncated[0])
        if running:
            return None
        log_probs, values = (torch.cat(memory) for memory in self.saved)
        G = normalise(discounted_returns(self.rewards, self.gamma))
        loss = 0
        for part in losses(log_probs, advantage(G, values), values, G):
            loss = loss + part
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
# %% update
class SavedAction(NamedTuple):
    """What the agent remembers of a step: one row for each running episode."""

    log_prob: torch.Tensor  # (n,)
    value: torch.Tensor  # (n,)
    action: torch.Tensor | None = None  # (n,)


class ACPolicy(AbstractAgent):
    """Actor and critic: learns from whole episodes."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adamax(self.net.parameters(), lr=lr)
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
        actions, *kept = choose_action(self.net, observation)
        self.memory.append(SavedAction(*kept, action=actions))
        return actions.numpy().copy()

    def loss(self, log_probs, values, returns):
        actor, critic = losses(log_probs, advantage(returns, values), values, returns)
        return actor + critic

    def update(self, log_probs, values, returns):
        """Do one optimizer step for both losses."""
        loss = self.loss(log_probs, values, returns)
        for group in self.optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = None
        loss.backward()
        self.optimizer.step()

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

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    agent = ACPolicy(gamma=0.99, lr=3e-2)
    agent.optimizer = torch.optim.Adam(agent.net.parameters(), lr=3e-2)
    return agent
# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    keys = ["games", "model_state_dict", "optimizer_state_dict", "mean_reward"]
    values = [agent.games, agent.net.state_dict(), agent.optimizer.state_dict(), agent.mean_reward]
    torch.save(dict(zip(keys, values)), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    for key, value in torch.load(path, weights_only=True).items():
        if key == "model_state_dict":
            agent.net.load_state_dict(value)
        elif key == "optimizer_state_dict":
            agent.optimizer.load_state_dict(value)
        else:
            setattr(agent, key, value)
