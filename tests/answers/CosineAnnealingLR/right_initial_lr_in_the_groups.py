# as torch does, the first rate stands in the group, where the optimizer saves it
import math


class CosineAnnealingLR:
    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.optimizer, self.T_max, self.eta_min, self.last_epoch = optimizer, T_max, eta_min, 0
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])

    def height(self, t):
        return (1 + math.cos(math.pi * t / self.T_max)) / 2

    def step(self):
        self.last_epoch += 1
        for group in self.optimizer.param_groups:
            before, now = self.height(self.last_epoch - 1), self.height(self.last_epoch)
            if before < 1e-12:
                group["lr"] += (group["initial_lr"] - self.eta_min) * now
            else:
                group["lr"] = self.eta_min + (group["lr"] - self.eta_min) * now / before

    def get_last_lr(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"last_epoch": self.last_epoch}

    def load_state_dict(self, state):
        self.last_epoch = state["last_epoch"]
