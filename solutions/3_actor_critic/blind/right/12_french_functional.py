# writer: commentaires en français, tout en fonctions imbriquées

# %% forward
class ActorCriticNetwork(nn.Module):
    """For each observation, (batch, 4): probabilities (batch, n_actions) and value (batch,)."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        # trois couches, rien de plus
        self.commune = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def forward(self, x):
        def cachee(entree):
            return torch.where((z := self.commune(entree)) > 0, z, 0.0)

        def probabilites(h):
            return torch.softmax(self.policy(h), dim=-1)

        def valeur(h):
            return self.critic(h)[:, -1]

        h = cachee(x)
        return probabilites(h), valeur(h)

# %% act
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    def tenseur(tableau):
        return torch.as_tensor(tableau, dtype=torch.float32)

    def tirage(p):
        # une action par ligne
        return torch.multinomial(p, 1).squeeze(1)

    probas, valeurs = net(tenseur(observation))
    with torch.no_grad():
        actions = tirage(probas)
    lignes = torch.arange(probas.size(0))
    return actions, torch.log(probas[lignes, actions]), valeurs

# %% advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    # la critique n'apprend pas d'ici
    base = values.clone().detach()
    return returns - base

# %% losses
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    def acteur():
        return -(advantages * log_probs).mean()

    def critique():
        ecart = (values - returns).abs()
        petit = ecart < 1
        return (petit * 0.5 * ecart.pow(2) + ~petit * (ecart - 0.5)).mean()

    return acteur(), critique()

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
        def memoriser(action, log_prob, valeur):
            self.memory.append(SavedAction(log_prob, valeur))
            return action

        return memoriser(*choose_action(self.net, observation)).numpy()

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
        def perte():
            acteur, critique = losses(log_probs, advantage(returns, values), values, returns)
            return acteur + critique

        self.optimizer.zero_grad()
        perte().backward()
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
    return ACPolicy(gamma=0.99, lr=0.03)

# %% save
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    def contenu():
        yield "games", agent.games
        yield "model_state_dict", agent.net.state_dict()
        yield "optimizer_state_dict", agent.optimizer.state_dict()
        yield "mean_reward", agent.mean_reward

    torch.save(dict(contenu()), path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    contenu = torch.load(path, weights_only=True)

    def remettre():
        agent.games = contenu["games"]
        agent.mean_reward = contenu["mean_reward"]
        agent.net.load_state_dict(contenu["model_state_dict"])
        agent.optimizer.load_state_dict(contenu["optimizer_state_dict"])

    remettre()
