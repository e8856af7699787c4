import torch
from torch import nn


class BrokenLoop:
    def __init__(self, model, lr=0.1, gamma=0.5):
        self.model, self.lr, self.gamma = model, lr, gamma
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(list(model.parameters()), lr, momentum=0.9)
        self.epoch = 0
        self.history = {"accuracy": [], "loss": []}

    def train_epoch(self, batches):
        self.model.train()
        sums = []
        for inputs, labels in batches:
            self.optimizer.zero_grad(set_to_none=False)
            loss = self.criterion(self.model(inputs), labels)
            loss.backward()
            self.optimizer.step()
            sums.append((loss.item() * len(labels), len(labels)))
        return sum(s for s, _ in sums) / sum(n for _, n in sums)

    @torch.no_grad()
    def evaluate(self, batches):
        was = self.model.training
        self.model.eval()
        hits = torch.cat([self.model(x).argmax(1) == y for x, y in batches])
        self.model.train(was)
        return hits.double().mean().item()

    def fit(self, train, test, epochs):
        for _ in range(epochs):
            for group in self.optimizer.param_groups:
                group["lr"] = self.lr * self.gamma**self.epoch
            self.epoch += 1
            self.history["loss"] += [self.train_epoch(train)]
            self.history["accuracy"] += [self.evaluate(test)]
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr * self.gamma**self.epoch
        return self.history
