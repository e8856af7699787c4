import torch
import torch.nn.functional as F


# BEGIN SOLUTION
class BrokenLoop:
    """Trains a classifier with SGD; the learning rate is multiplied by gamma once after each epoch."""

    def __init__(self, model, lr=0.1, gamma=0.5):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
        self.scheduler = torch.optim.lr_scheduler.ExponentialLR(self.optimizer, gamma=gamma)
        self.history = {"loss": [], "accuracy": []}

    def train_epoch(self, batches):
        """One step for each batch (x, y).  Returns the mean loss over all samples"""
        self.model.train()
        total, count = 0.0, 0
        for x, y in batches:
            scores = self.model(x)
            loss = F.cross_entropy(scores, y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(x)
            count += len(x)
        return total / count

    def evaluate(self, batches):
        """The share of right answers"""
        self.model.eval()
        right, count = 0, 0
        with torch.no_grad():
            for x, y in batches:
                right += (self.model(x).argmax(dim=1) == y).sum().item()
                count += len(y)
        return right / count

    def fit(self, train, test, epochs):
        """Learns from train and measures on test, epoch after epoch.  Returns the history"""
        for epoch in range(epochs):
            self.history["loss"].append(self.train_epoch(train))
            self.history["accuracy"].append(self.evaluate(test))
            self.scheduler.step()
        return self.history


# END SOLUTION
