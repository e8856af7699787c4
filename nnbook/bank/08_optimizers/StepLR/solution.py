class StepLR:
    """Multiplies every group's rate by `gamma` once in `step_size` steps."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        # BEGIN SOLUTION
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.t = 0
        # END SOLUTION

    def step(self):
        # BEGIN SOLUTION
        self.t += 1
        if self.t % self.step_size == 0:
            for group in self.optimizer.param_groups:
                group["lr"] *= self.gamma
        # END SOLUTION

    def get_last_lr(self):
        # BEGIN SOLUTION
        return [group["lr"] for group in self.optimizer.param_groups]
        # END SOLUTION

    def state_dict(self):
        # BEGIN SOLUTION
        return {"t": self.t}
        # END SOLUTION

    def load_state_dict(self, state_dict):
        # BEGIN SOLUTION
        self.t = state_dict["t"]
        # END SOLUTION
