# starts at twice the rate
import math


class CosineAnnealingLR:
    """Takes every group's rate down to `eta_min` in `T_max` steps, on half a wave, and up again."""

    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.optimizer = optimizer
        self.T_max = T_max
        self.eta_min = eta_min
        self.first = [group["lr"] for group in optimizer.param_groups]
        self.t = 0

    def step(self):
        self.t += 1
        for group, first in zip(self.optimizer.param_groups, self.first):
            wave = 1 + math.cos(math.pi * self.t / self.T_max)
            group["lr"] = self.eta_min + (first - self.eta_min) * wave

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"t": self.t, "first": list(self.first)}

    def load_state_dict(self, state_dict):
        self.t = state_dict["t"]
        self.first = list(state_dict["first"])
