"""a step that clears up behind itself

From the second step on it is right. The first one adds its gradient to whatever stood there, and after a step there
is no gradient left to look at. Fill p.grad with fives before the first step.
"""

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
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.item()

    def run(self, batches):
        """A step for each batch.  Returns the errors"""
        return [self.step(x, y) for x, y in batches]
