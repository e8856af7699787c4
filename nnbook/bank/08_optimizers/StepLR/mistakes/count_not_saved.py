"""a StepLR that forgets its count when it is saved

The rate itself is in the optimizer's state, so that a resumed run begins right. But the count begins at 0, and the
next fall comes late. Save after 7 steps of 5, load, and take three more.
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
        if self.t % self.step_size == 0:
            for group in self.optimizer.param_groups:
                group["lr"] *= self.gamma

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"step_size": self.step_size, "gamma": self.gamma}

    def load_state_dict(self, state_dict):
        self.step_size = state_dict["step_size"]
        self.gamma = state_dict["gamma"]
