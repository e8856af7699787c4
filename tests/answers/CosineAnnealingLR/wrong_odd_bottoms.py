# goes up after every second bottom only
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
        t, T, low = self.t, self.T_max, self.eta_min
        for group, first in zip(self.optimizer.param_groups, self.first):
            if (t - 1) % (4 * T) == T:
                group["lr"] += (first - low) * (1 - math.cos(math.pi / T)) / 2
            else:
                if (t - 1) % (4 * T) == 3 * T:
                    continue
                factor = (1 + math.cos(math.pi * t / T)) / (1 + math.cos(math.pi * (t - 1) / T))
                group["lr"] = low + (group["lr"] - low) * factor

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"t": self.t, "first": list(self.first)}

    def load_state_dict(self, state_dict):
        self.t = state_dict["t"]
        self.first = list(state_dict["first"])
