# torch.bernoulli over a tensor of probabilities
import torch


class Dropout(torch.nn.Module):
    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        self.p, self.inplace = p, inplace

    def forward(self, input):
        if not self.training or self.p == 0:
            return input
        if self.p == 1:
            noise = torch.zeros_like(input)
        else:
            noise = torch.bernoulli(torch.full_like(input, 1.0 - self.p)).div_(1.0 - self.p)
        if self.inplace:
            input *= noise
            return input
        return input * noise
