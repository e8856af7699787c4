# in percent
import torch
import torch.nn.functional as F


class ForgotEval:
    """A model with its optimizer: steps of training, and an accuracy."""

    def __init__(self, model, lr=0.1):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr)

    def step(self, x, y):
        """One step on the batch (x, y).  Returns its loss"""
        self.model.train()
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def accuracy(self, batches):
        """The share of right answers in batches of (x, y)"""
        was_training = self.model.training
        self.model.eval()
        right, count = 0, 0
        with torch.no_grad():
            for x, y in batches:
                right += (self.model(x).argmax(dim=1) == y).sum().item()
                count += len(y)
        self.model.train(was_training)
        return 100 * right / count
