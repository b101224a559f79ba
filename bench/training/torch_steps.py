"""Training steps per CPU-second of PyTorch on one thread: the same networks as workloads.ts."""

import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)


class Block(nn.Module):
    def __init__(self, tokens=64, dim=128, heads=4, classes=10):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.fc1 = nn.Linear(dim, 4 * dim)
        self.fc2 = nn.Linear(4 * dim, dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        batch, tokens, dim = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, self.heads, dim // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        shares = ((q @ k.transpose(-2, -1)) * (dim // self.heads) ** -0.5).softmax(-1)
        x = x + self.proj((shares @ v).transpose(1, 2).reshape(batch, tokens, dim))
        x = x + self.fc2(nn.functional.gelu(self.fc1(self.norm2(x))))
        return self.head(x.mean(1))


class Residual(nn.Module):
    """Two convolutions beside a shortcut that drops every other pixel and adds empty channels (option A)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.stride, self.added = (1, 0) if inputs == outputs else (2, inputs // 2)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, self.stride, 1, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm1, self.norm2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.norm2(self.conv2(self.norm1(self.conv1(x)).relu()))
        if self.added:
            x = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.added, self.added))
        return (x + y).relu()


def resnet20():
    widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
    network = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        *(Residual(*pair) for pair in zip(widths, widths[1:])),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )
    settings = {"momentum": 0.9, "nesterov": True, "weight_decay": 5e-4}
    return network, torch.randn(128, 3, 32, 32), torch.optim.SGD(network.parameters(), 0.01, **settings)


def cnn():
    network = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 49, 10),
    )
    return network, torch.randn(64, 1, 28, 28), torch.optim.SGD(network.parameters(), 0.01, momentum=0.9)


def block():
    network = Block()
    return network, torch.randn(16, 64, 128), torch.optim.AdamW(network.parameters(), 0.01, weight_decay=0.05)


class Spike(torch.autograd.Function):
    """1 where the potential reaches the threshold; its slope is 0.3·max(0, 1 − |z|)."""

    @staticmethod
    def forward(context, z):
        context.save_for_backward(z)
        return (z >= 0).to(z.dtype)

    @staticmethod
    def backward(context, gradient):
        (z,) = context.saved_tensors
        return gradient * (1 - z.abs()).clamp(min=0) * 0.3


class Leaky(nn.Module):
    """Leaky neurons on what arrives at all steps, [T·N, …]; with one step's worth [N, …], the same arrives at every step."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps
        self.threshold, self.leak = nn.Parameter(torch.ones(())), nn.Parameter(torch.ones(()))

    def forward(self, x, still=False):
        currents = [x] * self.steps if still else x.chunk(self.steps)
        potential, sent = torch.zeros_like(currents[0]), []
        for current in currents:
            potential = self.leak * potential + current
            spikes = Spike.apply(potential / self.threshold - 1)
            sent.append(self.threshold * spikes)
            potential = potential - self.threshold * spikes.detach()
        return torch.cat(sent)


class SpikingResidual(nn.Module):
    """As Residual, with its normalisations folded into the convolutions and neurons in the place of its ReLUs."""

    def __init__(self, inputs, outputs, steps):
        super().__init__()
        self.stride, self.added = (1, 0) if inputs == outputs else (2, inputs // 2)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, self.stride, 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1)
        self.neurons1, self.neurons2 = Leaky(steps), Leaky(steps)

    def forward(self, x):
        y = self.conv2(self.neurons1(self.conv1(x)))
        if self.added:
            x = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.added, self.added))
        return self.neurons2(x + y)


class SpikingResnet(nn.Module):
    def __init__(self, steps):
        super().__init__()
        widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
        self.steps = steps
        self.conv, self.neurons = nn.Conv2d(3, 16, 3, padding=1), Leaky(steps)
        self.blocks = nn.Sequential(*(SpikingResidual(*pair, steps) for pair in zip(widths, widths[1:])))
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        sent = self.blocks(self.neurons(self.conv(x), still=True))
        mean = torch.stack(sent.chunk(self.steps)).mean(0)
        return self.head(mean.mean((2, 3)))


def spiking(batch=16, steps=4):
    network = SpikingResnet(steps)
    return network, torch.randn(batch, 3, 32, 32), torch.optim.Adam(network.parameters(), 0.01)


network, x, optimiser = {"cnn": cnn, "block": block, "resnet20": resnet20, "spiking": spiking}[sys.argv[1]]()
labels = torch.randint(10, (len(x),))


def step():
    optimiser.zero_grad()
    nn.functional.cross_entropy(network(x), labels).backward()
    optimiser.step()


for _ in range(5):
    step()
seconds = float(sys.argv[2])
count, start = 0, time.process_time()
while time.process_time() - start < seconds:
    step()
    count += 1
print(json.dumps({"version": torch.__version__, "rate": count / (time.process_time() - start)}))
