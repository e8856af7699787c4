import math

from torch.optim.lr_scheduler import LRScheduler


class CosineAnnealingLR(LRScheduler):
    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        rates = [group["lr"] for group in self.optimizer.param_groups]
        if self.last_epoch == 0:
            return rates
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            bit = (1 - math.cos(math.pi / self.T_max)) / 2
            return [lr + (base - self.eta_min) * bit for lr, base in zip(rates, self.base_lrs)]
        up = 1 + math.cos(math.pi * self.last_epoch / self.T_max)
        down = 1 + math.cos(math.pi * (self.last_epoch - 1) / self.T_max)
        return [up / down * (lr - self.eta_min) + self.eta_min for lr in rates]
