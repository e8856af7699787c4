# step() returns the rates
class StepLR:
    """Multiplies every group's rate by `gamma` once in `step_size` steps."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.t = 0

    def step(self):
        self.t += 1
        if self.t % self.step_size == 0:
            for group in self.optimizer.param_groups:
                group["lr"] *= self.gamma

        return self.get_last_lr()

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"t": self.t}

    def load_state_dict(self, state_dict):
        self.t = state_dict["t"]
