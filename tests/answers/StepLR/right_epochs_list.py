# a helper says whether a step is one that falls
class StepLR:
    def __init__(self, optimizer, step_size, gamma=0.1):
        self.optimizer, self.options, self.done = optimizer, (step_size, gamma), [0]

    def falls(self):
        return divmod(self.done[-1], self.options[0])[1] == 0

    def step(self, *_):
        self.done.append(self.done[-1] + 1)
        if self.falls():
            for group in self.optimizer.param_groups:
                group["lr"] = group["lr"] * self.options[1]

    def get_last_lr(self):
        return [g["lr"] for g in self.optimizer.param_groups]

    def state_dict(self):
        return {"done": list(self.done), "options": self.options}

    def load_state_dict(self, state):
        self.done, self.options = list(state["done"]), state["options"]
