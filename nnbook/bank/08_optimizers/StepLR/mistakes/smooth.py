"""a StepLR that falls a little at every step

A power with a fraction in its exponent: after `step_size` steps the rate is where it should be, and between it
glides. The steps of StepLR are stairs. Print the rate after one step, with `step_size=10`.
"""


class StepLR:
    """Multiplies every group's rate by `gamma` once in `step_size` steps."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.t = 0

    def step(self):
        self.t += 1
        for group in self.optimizer.param_groups:
            group["lr"] *= self.gamma ** (1 / self.step_size)

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"t": self.t}

    def load_state_dict(self, state_dict):
        self.t = state_dict["t"]
