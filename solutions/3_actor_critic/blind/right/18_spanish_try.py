# writer: comenta en español, usa try/except y comprueba la carpeta

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        # capa común
        self.comun = nn.Linear(4, hidden_size)
        # dos cabezas
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h = self.comun(x)
        h = h * (h > 0)  # ReLU
        logits = self.policy(h)
        # softmax a mano; restar el máximo evita desbordamientos
        e = torch.exp(logits - logits.amax(dim=-1, keepdim=True).detach())
        return e / e.sum(-1, keepdim=True), self.critic(h).mean(dim=-1)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    try:
        x = torch.from_numpy(observation)
    except TypeError:
        x = torch.tensor(observation)
    probs, valor = net(x.float())
    m = Categorical(probs)
    accion = m.sample()
    return accion, m.log_prob(accion), valor

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    # G - V, sin gradiente
    return torch.tensor([g - v for g, v in zip(returns.tolist(), values.tolist())], dtype=returns.dtype)

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    # pérdida del actor y del crítico
    n = log_probs.numel()
    actor = -torch.sum(advantages * log_probs) / n
    critico = torch.sum(F.smooth_l1_loss(values, returns, reduction="none")) / n
    return actor, critico

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
        accion, log_prob, valor = choose_action(self.net, observation)
        try:
            self.memory.append(SavedAction(log_prob, valor))
        except AttributeError:  # sin start_episode
            self.memory = [SavedAction(log_prob, valor)]
        return accion.cpu().numpy()

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
        ventaja = advantage(returns, values)
        actor, critico = losses(log_probs, ventaja, values, returns)
        try:
            self.optimizer.zero_grad()
            (actor + critico).backward()
            self.optimizer.step()
        finally:
            self.optimizer.zero_grad()

    def keep_count(self):
        for rewards in self.rewards:
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return ACPolicy(gamma=0.99, lr=3e-2)

# %% save
import os


def save_agent(agent, path):
    """Escribe todo lo que el agente necesita para seguir."""
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    torch.save({
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward,
    }, path)


def load_agent(agent, path):
    """Lee el fichero y lo pone todo en el agente."""
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    datos = torch.load(path, weights_only=True)
    agent.net.load_state_dict(datos["model_state_dict"])
    agent.optimizer.load_state_dict(datos["optimizer_state_dict"])
    agent.games = datos["games"]
    agent.mean_reward = datos["mean_reward"]
