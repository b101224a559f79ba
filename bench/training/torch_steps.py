"""Training steps per CPU-second of PyTorch on one thread: the same networks as workloads.mjs."""

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


network, x, optimiser = {"cnn": cnn, "block": block}[sys.argv[1]]()
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
