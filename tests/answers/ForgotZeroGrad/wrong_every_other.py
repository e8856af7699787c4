# clears at every other step
import torch
import torch.nn.functional as F


class ForgotZeroGrad:
    """Fits a model to numbers, one batch after the other, by gradient descent."""

    def __init__(self, model, lr=0.05):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr)

    def step(self, x, y):
        """One step on the batch (x, y).  Returns the mean squared error before it"""
        loss = F.mse_loss(self.model(x), y)
        self.n = getattr(self, "n", 0) + 1
        if self.n % 2:
            self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def run(self, batches):
        """A step for each batch.  Returns the errors"""
        return [self.step(x, y) for x, y in batches]
