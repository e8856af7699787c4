# a smaller rate
import torch
import torch.nn.functional as F


class ForgotZeroGrad:
    """Fits a model to numbers, one batch after the other, by gradient descent."""

    def __init__(self, model, lr=0.05):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr / 10)

    def step(self, x, y):
        """One step on the batch (x, y).  Returns the mean squared error before it"""
        loss = F.mse_loss(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def run(self, batches):
        """A step for each batch.  Returns the errors"""
        return [self.step(x, y) for x, y in batches]
