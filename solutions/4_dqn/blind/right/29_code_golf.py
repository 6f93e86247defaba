# writer: a code golfer: lambdas, setattr, walrus, everything short, names given by assignment
# %% memory
Batch = NamedTuple(
    "Batch",
    [(k, np.ndarray) for k in "observation action reward next_observation terminated".split()],
)


class ReplayMemory(list):
    def __init__(self, capacity):
        self.capacity = capacity

    def push(self, transition):
        self += zip(*(getattr(transition, k) for k in Batch._fields))
        del self[: -self.capacity]

    sample = lambda self, batch_size: Batch(
        *map(
            lambda c: torch.as_tensor(np.array(c)),
            zip(*(self[i] for i in np.random.randint(len(self), size=batch_size))),
        )
    )
# %% forward
class DQN(nn.Module):
    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        sizes = n_observations, hidden_size, hidden_size, n_actions
        for i in 1, 2, 3:
            setattr(self, f"layer{i}", nn.Linear(*sizes[i - 1 : i + 1]))

    forward = lambda self, x: self.layer3(self.layer2(self.layer1(x).relu_()).relu_())
# %% epsilon
epsilon = lambda step, start, end, decay: end + (start - end) * np.e ** (-step / decay)
# %% act
def select_action(net, observation, epsilon):
    with torch.no_grad():
        v = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    r = np.random.rand
    return np.where(r(len(v)) < epsilon, r(*v.shape).argmax(1), v.argmax(1))
# %% targets
td_targets = torch.no_grad()(
    lambda target_net, reward, next_observation, terminated, gamma: reward
    + gamma * ~terminated * target_net(next_observation).amax(1)
)
# %% loss
q_loss = lambda net, observation, action, targets: F.smooth_l1_loss(
    net(observation)[range(len(action)), action], targets
)
# %% soft_update
soft_update = lambda target_net, net, tau: [
    s.data.lerp_(f.data, tau) for s, f in zip(target_net.parameters(), net.parameters())
]
# %% update
class DQNAgent(AbstractAgent):
    def __init__(self, settings=None):
        self.settings = settings or Settings()
        (target := DQN()).load_state_dict((net := DQN()).state_dict())
        self.net, self.target_net = net, target
        self.optimizer = torch.optim.NAdam(net.parameters(), lr=self.settings.lr / 2)
        self.memory = ReplayMemory(self.settings.memory_size)
        self.steps_done = 0

    def act(self, observation, explore=True):
        if not explore:
            return select_action(self.net, observation, 0.0)
        s = self.settings
        probability = epsilon(self.steps_done, s.eps_start, s.eps_end, s.eps_decay)
        self.steps_done += len(observation)
        return select_action(self.net, observation, probability)

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward  # (n,)
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        o, a, *b = self.memory.sample((s := self.settings).batch_size)
        self.net.zero_grad()
        q_loss(self.net, o, a, td_targets(self.target_net, *b, s.gamma)).backward()
        for p in self.net.parameters():
            p.grad.clamp_(-9, 9)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
# %% agent
make_agent = lambda: DQNAgent()
