# writer: schreibt deutsche Kommentare und nimmt nn.Sequential fuer den gemeinsamen Teil

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        # Gemeinsamer Rumpf, danach zwei Köpfe
        self.rumpf = nn.Sequential(nn.Linear(4, hidden_size), nn.ReLU())
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        merkmale = self.rumpf(x)  # (batch, hidden_size)
        wahrscheinlichkeiten = nn.Softmax(dim=-1)(self.policy(merkmale))
        wert = self.critic(merkmale).flatten()  # aus (batch, 1) wird (batch,)
        return wahrscheinlichkeiten, wert

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    # Eine Verteilung je Zeile
    zustand = torch.from_numpy(observation).float()
    wahrscheinlichkeiten, werte = net(zustand)
    verteilung = Categorical(probs=wahrscheinlichkeiten)
    aktionen = verteilung.sample()
    # nicht abtrennen: der Kritiker muss noch lernen
    return aktionen, verteilung.log_prob(aktionen), werte

# %% advantage
@torch.no_grad()
def advantage(returns, values):
    """Wie viel besser lief es, als der Kritiker dachte? (steps,), ohne Gradient."""
    return returns - values

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    # Zwei Summen statt zweier Mittelwerte, wie im Text erlaubt
    verlust_akteur = -(advantages * log_probs).sum()
    verlust_kritiker = F.smooth_l1_loss(values, returns, reduction="sum")
    return verlust_akteur, verlust_kritiker

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
        aktionen, log_p, werte = choose_action(self.net, observation)
        self.memory.append(SavedAction(log_prob=log_p, value=werte))  # merken
        return aktionen.numpy()

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
        vorteile = advantage(returns, values)
        akteur, kritiker = losses(log_probs, vorteile, values, returns)
        # ein einziger Schritt für beide
        self.optimizer.zero_grad()
        (akteur + kritiker).backward()
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
    # Werte aus dem Text
    return ACPolicy(gamma=0.99, lr=3e-2)

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    # alles in ein Wörterbuch
    torch.save({
        "games": agent.games,
        "mean_reward": agent.mean_reward,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
    }, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    stand = torch.load(path, weights_only=True, map_location="cpu")
    agent.optimizer.load_state_dict(stand["optimizer_state_dict"])
    agent.net.load_state_dict(stand["model_state_dict"])
    agent.games = stand["games"]
    agent.mean_reward = stand["mean_reward"]
    return agent  # zur Bequemlichkeit
