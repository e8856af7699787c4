# the wave from a table of one period
import torch


class CosineAnnealingLR:
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.optimizer = optimizer
        self.low = eta_min
        angle = torch.arange(2 * T_max + 1, dtype=torch.float64) * torch.pi / T_max
        self.wave = ((1 + angle.cos()) / 2).tolist()
        self.wave[T_max] = 0.0
        self.memory = {"count": 0, "base": self.get_last_lr()}

    def step(self, epoch=None):
        k = self.memory["count"] % (len(self.wave) - 1)
        self.memory["count"] += 1
        here, there = self.wave[k], self.wave[k + 1]
        for group, base in zip(self.optimizer.param_groups, self.memory["base"]):
            if here:
                group["lr"] = self.low + (group["lr"] - self.low) * there / here
            else:
                group["lr"] = group["lr"] + (base - self.low) * there

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return dict(self.memory)

    def load_state_dict(self, state):
        self.memory.update(state)
