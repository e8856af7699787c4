"""a StepLR that multiplies one step too late

The calls are counted after the test instead of before, and call 0 is left out. With `step_size=3` the rate should
fall in the third call: it falls in the fourth. With `step_size=1` it misses the first.
"""


class StepLR:
    """Multiplies every group's rate by `gamma` once in `step_size` steps."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.t = 0

    def step(self):
        if self.t > 0 and self.t % self.step_size == 0:
            for group in self.optimizer.param_groups:
                group["lr"] *= self.gamma
        self.t += 1

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"t": self.t}

    def load_state_dict(self, state_dict):
        self.t = state_dict["t"]
