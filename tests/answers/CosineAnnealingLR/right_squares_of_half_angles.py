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
        # 1 + cos a = 2 cos(a / 2)²
        old, self.t = self.t, self.t + 1
        bottom = old % (2 * self.T_max) == self.T_max
        for i, group in enumerate(self.optimizer.param_groups):
            if bottom:
                way = (self.first[i] - self.eta_min) * math.sin(math.pi / 2 / self.T_max) ** 2
                group["lr"] = group["lr"] + way
                continue
            ratio = math.cos(math.pi * self.t / 2 / self.T_max) / math.cos(math.pi * old / 2 / self.T_max)
            group["lr"] = (group["lr"] - self.eta_min) * ratio**2 + self.eta_min

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"t": self.t, "first": list(self.first)}

    def load_state_dict(self, state_dict):
        self.t = state_dict["t"]
        self.first = list(state_dict["first"])
