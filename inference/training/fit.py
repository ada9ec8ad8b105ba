"""The training loop: resumable, seeded, on a few CPU threads; weights are averaged over time."""

import copy
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from inference.training.config import Config
from inference.training.feed import Batch, Feed, pixels
from inference.training.shelf import Shelf

Measure = Callable[[NDArray[np.float32], Shelf, NDArray[np.int64]], float]


def answers(net: nn.Module, pictures: NDArray[np.uint8], batch: int = 64) -> NDArray[np.float32]:
    """Logits float32 [N, K] of finished pictures uint8 [N, S, S, C]."""
    net.eval()
    out = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(pictures), batch):
            out.append(net(pixels(pictures[start : start + batch])).logits.float())
    return np.asarray(torch.cat(out).numpy(), np.float32)


def loss_of(net: nn.Module, batch: Batch, config: Config, softmax: bool) -> Tensor:
    """The training loss of one batch; unknown targets (nan) cost nothing."""
    answer = net(batch.pixels)
    total = _label_loss(answer.logits.float(), batch.targets, config, softmax)
    if batch.drawn.shape[1]:
        known = ~torch.isnan(batch.drawn)
        if known.any():
            maps = answer.lesions.float()
            weight = torch.tensor(4.0)
            dense = functional.binary_cross_entropy_with_logits(maps[known], batch.drawn[known], pos_weight=weight)
            total = total + config.draw_weight * dense
    return total


def _label_loss(logits: Tensor, targets: Tensor, config: Config, softmax: bool) -> Tensor:
    known = ~torch.isnan(targets)
    if not known.any():
        return logits.sum() * 0.0
    if softmax:
        rows = known.all(dim=1)
        return functional.cross_entropy(logits[rows], targets[rows], label_smoothing=config.smoothing)
    soft = torch.nan_to_num(targets) * (1 - config.smoothing) + config.smoothing / 2
    each = functional.binary_cross_entropy_with_logits(logits, soft, reduction="none")
    weight = torch.tensor(config.output_weights or (1.0,) * targets.shape[1]) * known
    return (each * weight).sum() / weight.sum()


def mix(batch: Batch, rng: np.random.Generator, strength: float) -> Batch:
    """Mixup: each picture laid over another of the batch, targets alike."""
    if strength <= 0 or batch.drawn.shape[1]:
        return batch
    share = float(rng.beta(strength, strength))
    order = torch.from_numpy(rng.permutation(len(batch.pixels)))
    laid = share * batch.pixels + (1 - share) * batch.pixels[order]
    return Batch(laid, share * batch.targets + (1 - share) * batch.targets[order], batch.drawn)


def finished(config: Config, folder: Path) -> bool:
    """Has the run in `folder` learnt for as many epochs as planned?"""
    path = folder / "state.pt"
    return path.exists() and bool(torch.load(path, weights_only=True)["done"] >= config.epochs)


class Run:
    """One training run with its state on disk under `folder`; start it again and it goes on."""

    def __init__(self, net: nn.Module, config: Config, folder: Path) -> None:
        self.net, self.config, self.folder = net, config, folder
        for weights in net.parameters():
            if weights.ndim == 4:
                weights.data = weights.data.contiguous(memory_format=torch.channels_last)
        self.mean = copy.deepcopy(net).eval()
        groups = [
            {"params": [p for p in net.parameters() if p.ndim > 1], "weight_decay": config.decay},
            {"params": [p for p in net.parameters() if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=config.rate)
        self.done, self.steps, self.best = 0, 0, -1.0
        folder.mkdir(parents=True, exist_ok=True)
        self._resume()

    def fit(self, feed: Feed, *, softmax: bool, measure: Callable[[nn.Module], float]) -> None:
        """Learn until the planned number of epochs is done; keep the averaged weights that measure best."""
        for epoch in range(self.done, self.config.epochs):
            begun, losses = time.monotonic(), []
            self.net.train()
            rng = np.random.default_rng([self.config.seed, epoch, 1])
            for place, batch in enumerate(feed.epoch(epoch)):
                self._rate(epoch + place * self.config.batch / max(1, len(feed.train)))
                losses.append(self._step(mix(batch, rng, self.config.mixup), softmax))
            self.done = epoch + 1
            score = measure(self.mean)
            if score >= self.best or epoch == 0:
                self.best = score
                torch.save(self.mean.state_dict(), self.folder / "best.pt")
            self._save()
            self._log(epoch, float(np.mean(losses)), score, time.monotonic() - begun)

    def _step(self, batch: Batch, softmax: bool) -> float:
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of(self.net, batch, self.config, softmax)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        self.optimiser.step()
        self.steps += 1
        self._average()
        return float(loss.detach())

    def _average(self) -> None:
        keep = min(self.config.keep, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            mean = self.mean.state_dict()
            for name, value in self.net.state_dict().items():
                if value.dtype.is_floating_point:
                    mean[name].lerp_(value, 1 - keep)
                else:
                    mean[name].copy_(value)

    def _rate(self, position: float) -> None:
        share = position / self.config.epochs
        rate = min(1.0, position / 1.0) * (0.5 + 0.5 * np.cos(np.pi * min(1.0, share)))
        for group in self.optimiser.param_groups:
            group["lr"] = float(self.config.rate * max(rate, 0.003))

    def _save(self) -> None:
        state = {
            "net": self.net.state_dict(), "mean": self.mean.state_dict(), "optimiser": self.optimiser.state_dict(),
            "done": self.done, "steps": self.steps, "best": self.best,
        }  # fmt: skip
        torch.save(state, self.folder / "state.tmp")
        (self.folder / "state.tmp").replace(self.folder / "state.pt")

    def _resume(self) -> None:
        path = self.folder / "state.pt"
        if path.exists():
            state = torch.load(path, weights_only=True)
            self.net.load_state_dict(state["net"])
            self.mean.load_state_dict(state["mean"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.done, self.steps, self.best = state["done"], state["steps"], state["best"]

    def _log(self, epoch: int, loss: float, score: float, seconds: float) -> None:
        line = {"epoch": epoch, "loss": round(loss, 4), "score": round(score, 4), "seconds": round(seconds, 1)}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        print(self.config.name, json.dumps(line), flush=True)
