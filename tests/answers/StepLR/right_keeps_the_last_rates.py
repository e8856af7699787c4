class StepLR:
    """Multiplies every group's rate by `gamma` once in `step_size` steps."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.t = 0
        self._last_lr = [float(group["lr"]) for group in optimizer.param_groups]

    def step(self):
        self.t += 1
        factor = self.gamma if self.t % self.step_size == 0 else 1.0
        for group in self.optimizer.param_groups:
            group["lr"] = group["lr"] * factor
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def get_last_lr(self):
        return list(self._last_lr)

    def state_dict(self):
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict):
        self.__dict__.update(state_dict)
