# writer: French object-oriented programmer, docstrings in French, dataclass, properties, inheritance, deque
# %% forward
class Lineaire(nn.Linear):
    """Couche linéaire, initialisation de Xavier."""

    def reset_parameters(self):
        nn.init.xavier_uniform_(self.weight)
        nn.init.constant_(self.bias, 0.0)


class PolicyNetwork(nn.Module):
    """Probabilités des actions : (lot, 4) vers (lot, n_actions)."""

    n_observations = 4

    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.couches = nn.ModuleList([Lineaire(self.n_observations, hidden_size)])
        self.policy_head = Lineaire(hidden_size, n_actions)

    def logits(self, x):
        for couche in self.couches:
            x = torch.relu(couche(x))
        return self.policy_head(x)

    def forward(self, x):
        return torch.softmax(self.logits(x), dim=-1)
# %% act
from dataclasses import dataclass


@dataclass(frozen=True)
class Choix:
    """Une décision et sa log-probabilité."""

    action: torch.Tensor
    log_prob: torch.Tensor

    def __iter__(self):
        yield self.action
        yield self.log_prob


def choose_action(net, observation):
    """Tire une action par ligne ; rend les actions et leurs log-probabilités."""
    etat = torch.as_tensor(observation).to(torch.float32)
    loi = Categorical(net.forward(etat))
    choix = Choix(action := loi.sample(), loi.log_prob(action))
    return tuple(choix)
# %% returns
from collections import deque


def discounted_returns(rewards, gamma=0.99):
    """Le retour actualisé de chaque pas."""
    retours = deque()
    for t in range(len(rewards) - 1, -1, -1):
        retours.appendleft(rewards[t] + gamma * (retours[0] if retours else 0.0))
    return torch.FloatTensor(list(retours))
# %% normalise
def normalise(returns):
    """Moyenne 0, écart-type 1."""
    if returns.numel() < 2:
        return torch.zeros_like(returns)
    ecart = returns.std(correction=0)
    if ecart < 1e-8:
        return torch.zeros_like(returns)
    return returns.sub(returns.mean()).div(ecart)
# %% loss
def policy_loss(log_probs, returns):
    """La perte de REINFORCE, un tenseur à un seul nombre."""
    somme = torch.zeros(1)
    somme = somme - (returns.detach() * log_probs).sum()
    return somme
# %% first_agent
class _Journal:
    """Deux listes : les log-probabilités et les récompenses d'un épisode."""

    __slots__ = ("log_probs", "recompenses")

    def __init__(self):
        self.log_probs = []
        self.recompenses = []


class FirstPolicy(AbstractAgent):
    """REINFORCE dans un seul environnement."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    @property
    def log_probs(self):
        return self.journal.log_probs

    @property
    def rewards(self):
        return self.journal.recompenses

    def start_episode(self, observation):
        self.journal = _Journal()

    def act(self, observation, explore=True):
        if not explore:
            return self._glouton(observation)
        action, log_prob = choose_action(self.net, observation)
        self.log_probs.append(log_prob)
        return action.numpy()

    @torch.no_grad()
    def _glouton(self, observation):
        return self.net(torch.as_tensor(observation)).argmax(dim=-1).numpy()

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if transition.terminated[0] | transition.truncated[0]:
            try:
                self._apprendre()
            finally:
                self.journal = _Journal()

    def _apprendre(self):
        retours = normalise(discounted_returns(self.rewards, self.gamma))
        perte = policy_loss(torch.cat(self.log_probs), retours)
        self.optimizer.zero_grad()
        perte.backward()
        self.optimizer.step()
# %% update
from collections import deque


class SimplePolicy(AbstractAgent):
    """REINFORCE : apprend d'épisodes entiers."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma
        self.games = 0
        self.mean_reward = None

    def start_episode(self, observation):
        self.memory = deque()
        self.episodes = deque()
        self.rewards = {episode: [] for episode in range(len(observation))}
        self.running = len(observation)

    def act(self, observation, explore=True):
        if not explore:
            with torch.no_grad():
                observation = torch.as_tensor(observation, dtype=torch.float32)
                return self.net(observation).argmax(dim=-1).numpy()
        action, log_prob = choose_action(self.net, observation)
        self.memory.append(log_prob)
        return action.numpy()

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[int(episode)].append(float(reward))
        ended = np.where(transition.terminated, True, transition.truncated)
        self.running -= ended.sum()
        if self.running == 0:
            self.keep_count()
            self.update(*self.remembered())

    def remembered(self):
        """Toutes les log-probabilités du lot et leurs retours normalisés."""
        log_probs = torch.cat(tuple(self.memory))
        episodes = torch.as_tensor(np.concatenate(list(self.episodes)))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in self.rewards.items():
            returns[episodes == episode] = discounted_returns(rewards, self.gamma).float()
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        """Un pas de l'optimiseur."""
        perte = policy_loss(log_probs, returns)
        self.optimizer.zero_grad()
        perte.backward()
        self.optimizer.step()

    def keep_count(self):
        for rewards in self.rewards.values():
            self.games += 1
            score = sum(rewards)
            before = score if self.mean_reward is None else self.mean_reward
            self.mean_reward = 0.95 * before + 0.05 * score
# %% agent
def make_agent():
    """Rend un agent neuf."""
    agent = SimplePolicy()
    for groupe in agent.optimizer.param_groups:
        groupe["lr"] = 3e-2
    return agent
# %% save
from pathlib import Path


def save_agent(agent, path):
    """Écrit tout ce qu'il faut à l'agent pour continuer."""
    chemin = Path(path)
    provisoire = chemin.with_name(chemin.name + ".tmp")
    contenu = {cle: getattr(agent, cle) for cle in ("games", "mean_reward")}
    contenu |= {
        f"{nom}_state_dict": objet.state_dict()
        for nom, objet in (("model", agent.net), ("optimizer", agent.optimizer))
    }
    torch.save(contenu, provisoire)
    provisoire.replace(chemin)


def load_agent(agent, path):
    """Lit le fichier et remet tout dans l'agent."""
    contenu = torch.load(Path(path), weights_only=True)
    for nom, objet in (("model", agent.net), ("optimizer", agent.optimizer)):
        objet.load_state_dict(contenu[f"{nom}_state_dict"])
    for cle in ("games", "mean_reward"):
        setattr(agent, cle, contenu[cle])
