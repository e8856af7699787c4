# writes the rate it knows at every step
class StepLR:
    """Multiplies every group's rate by `gamma` once in `step_size` steps."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.t = 0
        self.base = [group["lr"] for group in optimizer.param_groups]

    def step(self):
        self.t += 1
        if self.t % self.step_size == 0:
            self.base = [group["lr"] * self.gamma for group in self.optimizer.param_groups]
        for group, lr in zip(self.optimizer.param_groups, self.base):
            group["lr"] = lr

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"t": self.t, "base": self.base}

    def load_state_dict(self, state_dict):
        self.t = state_dict["t"]
        self.base = state_dict["base"]
