"""
What bench.ts times, in plain PyTorch on one thread: a Vision Transformer of multi-threshold neurons step by step with expectation
compensation, or in running means; a ResNet-20 of integrate-and-fire neurons with one step, or all of them, in a layer at a time.
Reads a folder with network.json; then, from standard input, a form and T a line, and answers with JSON.
"""

import json
import sys
import time

import torch
from torch.nn import functional as F

torch.set_num_threads(1)


def read_safetensors(path):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        values = torch.frombuffer(data, dtype=torch.float32, offset=8 + size + first, count=(last - first) // 4)
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors


class MultiThreshold:
    """A signed ladder of levels, the nearest of which fires; nothing does below the dead zone."""

    def __init__(self, parameters):
        self.positive, self.negative = parameters["thresholdPositive"], parameters["thresholdNegative"]
        self.silent, self.last = parameters["deadZone"], 7

    def fire(self, potential):
        threshold = torch.where(potential >= 0, self.positive, -self.negative).to(potential.dtype)
        share = potential / threshold
        level = share.mul(4 / 3).log2_().floor_().clamp_(0, self.last).exp2_()
        return level.mul_(threshold).mul_(share >= self.silent)


class RunningMeans:
    """All steps are one batch [T·N, …] of running means; neurons alone look back."""

    def __init__(self, neurons, steps):
        self.neurons, self.steps = neurons, steps

    def run(self, network, images):
        logits = network(images.repeat(self.steps, 1, 1, 1), self)
        return logits.reshape(self.steps, len(images), -1)

    def site(self, name, x):
        neuron, means = self.neurons[name], x.reshape(self.steps, -1)
        sent, decoded = torch.zeros_like(means[0]), torch.empty_like(means)
        for t in range(1, self.steps + 1):
            sent = sent + neuron.fire(means[t - 1] * t - sent)
            decoded[t - 1] = sent / t
        return decoded.reshape(x.shape)

    def through(self, name, function, x):
        return function(x)

    def product(self, name, a, b):
        return a @ b


class StepByStep:
    """The whole network once a step, on what is new in it; non-linear operators emit the increments of their running means."""

    def __init__(self, neurons, steps):
        self.neurons, self.steps = neurons, steps

    def run(self, network, images):
        self.potentials, self.sums, self.emitted = {}, {}, {}
        logits, total = [], 0
        for self.t in range(1, self.steps + 1):
            total = total + network(images, self)
            logits.append(total / self.t)
        return torch.stack(logits)

    def site(self, name, x):
        potential = self.potentials.get(name, 0) + x
        spike = self.neurons[name].fire(potential)
        self.potentials[name] = potential - spike
        return spike

    def through(self, name, function, x):
        self.sums[name] = total = self.sums.get(name, 0) + x
        return self._increment(name, function(total / self.t) * self.t)

    def product(self, name, a, b):
        left, right = f"{name}.left", f"{name}.right"
        self.sums[left] = self.sums.get(left, 0) + a
        self.sums[right] = self.sums.get(right, 0) + b
        return self._increment(name, (self.sums[left] @ self.sums[right]) / self.t)

    def _increment(self, name, whole):
        before, self.emitted[name] = self.emitted.get(name, 0), whole
        return whole - before


class VisionTransformer:
    forms = {"running means": RunningMeans, "step by step": StepByStep}

    def __init__(self, tensors, sites):
        self.weights, self.heads = tensors, sites["heads"]
        self.neurons = {each["name"]: MultiThreshold(each["parameters"]) for each in sites["sites"]}

    def run(self, images, form, steps):
        return self.forms[form](self.neurons, steps).run(self.forward, images)

    def linear(self, path, x):
        return F.linear(x, self.weights[f"{path}.weight"], self.weights[f"{path}.bias"])

    def norm(self, path, x, mode):
        weight, bias = self.weights[f"{path}.weight"], self.weights[f"{path}.bias"]
        return mode.through(path, lambda mean: F.layer_norm(mean, weight.shape, weight, bias, 1e-6), x)

    def forward(self, images, mode):
        patches = F.conv2d(images, self.weights["patch_embed.proj.weight"], self.weights["patch_embed.proj.bias"], 16)
        tokens = patches.flatten(2).transpose(1, 2)
        x = torch.cat([self.weights["cls_token"].expand(len(tokens), -1, -1), tokens], 1) + self.weights["pos_embed"]
        depth = sum(name.endswith(".norm1.weight") for name in self.weights)
        for block in range(depth):
            path = f"blocks.{block}"
            x = x + self.attention(f"{path}.attn", self.norm(f"{path}.norm1", x, mode), mode)
            h = mode.site(f"{path}.mlp.fc1.in", self.norm(f"{path}.norm2", x, mode))
            h = mode.through(f"{path}.gelu", F.gelu, self.linear(f"{path}.mlp.fc1", h))
            x = x + self.linear(f"{path}.mlp.fc2", mode.site(f"{path}.mlp.fc2.in", h))
        return self.linear("head", self.norm("norm", x, mode)[:, 0])

    def attention(self, path, x, mode):
        batch, tokens, dim = x.shape
        qkv = self.linear(f"{path}.qkv", mode.site(f"{path}.qkv.in", x))
        q, k, v = qkv.reshape(batch, tokens, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        scale = (dim // self.heads) ** -0.5
        scores = mode.product(f"{path}.scores", mode.site(f"{path}.scores.a", q), mode.site(f"{path}.scores.b", k).transpose(-2, -1))
        shares = mode.through(f"{path}.softmax", lambda mean: (mean * scale).softmax(-1), scores)
        mixed = mode.product(f"{path}.mixed", mode.site(f"{path}.mixed.a", shares), mode.site(f"{path}.mixed.b", v))
        merged = mixed.transpose(1, 2).reshape(batch, tokens, dim)
        return self.linear(f"{path}.proj", mode.site(f"{path}.proj.in", merged))


class ResidualNetwork:
    """Integrate-and-fire neurons with soft reset in the place of ReLUs; shortcuts drop every other pixel and add empty channels."""

    def __init__(self, tensors, sites):
        self.convolutions = [(tensors[f"conv.{i}.weight"], tensors[f"conv.{i}.bias"]) for i in range(19)]
        self.head = tensors["head.weight"], tensors["head.bias"]
        self.neurons = [each["parameters"] for each in sites["sites"]]

    def run(self, images, form, steps):
        self.potentials = [parameters["initialPotential"] for parameters in self.neurons]
        if form == "multi-step":
            logits = self.forward(images.repeat(steps, 1, 1, 1), steps).reshape(steps, len(images), -1)
        else:
            logits = torch.stack([self.forward(images, 1) for _ in range(steps)])
        return logits.cumsum(0) / torch.arange(1, steps + 1)[:, None, None]

    def fire(self, at, x, steps):
        parameters, spikes = self.neurons[at], []
        potential, threshold = self.potentials[at], parameters["threshold"]
        for current in x.chunk(steps):
            potential = potential + current
            spike = (potential >= threshold).to(x.dtype)
            potential = potential - spike * threshold
            spikes.append(spike * parameters["amplitude"])
        self.potentials[at] = potential
        return spikes[0] if steps == 1 else torch.cat(spikes)

    def forward(self, x, steps):
        x = self.fire(0, F.conv2d(x, *self.convolutions[0], padding=1), steps)
        for block in range(9):
            stride = 2 if block in (3, 6) else 1
            first, second = 1 + 2 * block, 2 + 2 * block
            y = self.fire(first, F.conv2d(x, *self.convolutions[first], stride=stride, padding=1), steps)
            y = F.conv2d(y, *self.convolutions[second], padding=1)
            if stride == 2:
                added = x.shape[1] // 2
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, added, added))
            x = self.fire(second, x + y, steps)
        return F.linear(x.mean((2, 3)), *self.head)


with open(f"{sys.argv[1]}/network.json") as file:
    described = json.load(file)
found = {name: each for path in described["files"] for name, each in read_safetensors(path).items()}
pictures = found.pop("images")
peer = (VisionTransformer if described["kind"] == "vit" else ResidualNetwork)(found, described)
print(json.dumps({"version": torch.__version__}), flush=True)
with torch.inference_mode():
    for line in sys.stdin:
        asked = json.loads(line)
        clock, processor = time.perf_counter(), time.process_time()
        answer = peer.run(pictures, asked["form"], asked["T"])
        spent = {"seconds": time.perf_counter() - clock, "processorSeconds": time.process_time() - processor}
        print(json.dumps({**spent, "logits": answer[-1].flatten().tolist()}), flush=True)
