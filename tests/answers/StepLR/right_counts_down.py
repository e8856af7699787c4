class StepLR:
    """Multiplies every group's rate by `gamma` once in `step_size` steps."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer = optimizer
        self.step_size = step_size
        self.gamma = gamma
        self.left = step_size

    def step(self):
        self.left -= 1
        if self.left > 0:
            return
        self.left = self.step_size
        for i in range(len(self.optimizer.param_groups)):
            self.optimizer.param_groups[i].update(lr=self.gamma * self.optimizer.param_groups[i]["lr"])

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"left": self.left}

    def load_state_dict(self, state_dict):
        self.left = state_dict["left"]
