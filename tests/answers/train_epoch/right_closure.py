def train_epoch(model, batches, loss_fn, optimizer):
    model.train(True)
    seen, mean = 0, 0.0
    for x, y in iter(batches):

        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        n = len(y)
        seen += n
        mean += (optimizer.step(closure).item() - mean) * n / seen
    return mean
