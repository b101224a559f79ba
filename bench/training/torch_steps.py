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


network, x, optimiser = {"cnn": cnn, "block": block, "resnet20": resnet20}[sys.argv[1]]()
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
