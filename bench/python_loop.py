#!/usr/bin/python3
"""What one would write instead: the same weights in PyTorch, one face after the other.

usage: bench/python_loop.py WEIGHTS IN OUT    (folders of aligned 128x128 faces)
Needs python3-torch, python3-opencv and python3-h5py. LibTorch spreads each operation over all cores.
"""
import os
import sys

import cv2
import h5py
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

WINDOW, KERNEL, BORDER = 128, 27, 32
RATIOS = (3e-3, 2e-2, 1e-1)
WIDTHS = (32, 64, 128, 192)


def luma(bgr):
    return 0.114 * bgr[:, 0:1] + 0.587 * bgr[:, 1:2] + 0.299 * bgr[:, 2:3]


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.a = nn.Conv2d(channels, channels, 3, padding=1)
        self.b = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return x + self.b(torch.relu(self.a(x)))


def two_blocks(channels):
    return nn.Sequential(Block(channels), Block(channels))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Conv2d(48, WIDTHS[0], 3, padding=1)
        self.enc = nn.ModuleList(two_blocks(w) for w in WIDTHS[:3])
        self.down = nn.ModuleList(nn.Conv2d(WIDTHS[i], WIDTHS[i + 1], 2, stride=2) for i in range(3))
        self.mid = two_blocks(WIDTHS[3])
        self.up = nn.ModuleList(
            nn.Sequential(nn.Conv2d(WIDTHS[i + 1], WIDTHS[i] * 4, 1), nn.PixelShuffle(2)) for i in range(3))
        self.dec = nn.ModuleList(two_blocks(w) for w in WIDTHS[:3])
        self.tail = nn.Conv2d(WIDTHS[0], 12, 3, padding=1)

    def forward(self, x):
        z = self.head(F.pixel_unshuffle(x, 2))
        skips = []
        for encode, down in zip(self.enc, self.down):
            z = encode(z)
            skips.append(z)
            z = down(z)
        z = self.mid(z)
        for i in (2, 1, 0):
            z = self.dec[i](self.up[i](z) + skips[i])
        return F.pixel_shuffle(self.tail(z), 2)


class KernelNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(16, 64, 3, padding=1)
        self.b1, self.d1 = two_blocks(64), nn.Conv2d(64, 96, 2, stride=2)
        self.b2, self.d2 = two_blocks(96), nn.Conv2d(96, 128, 2, stride=2)
        self.b3 = two_blocks(128)
        self.vec = nn.Conv2d(128, 384, 8)
        self.map = nn.Linear(384, KERNEL * KERNEL * 2)
        self.a0 = nn.Conv2d(3, 32, 3, stride=2, padding=1)
        self.a1 = nn.Conv2d(34, 48, 3, padding=1)
        self.a2 = nn.ModuleList(Block(48) for _ in range(4))
        self.film = nn.Linear(384, 96)
        self.out = nn.Conv2d(48, 1, 3, padding=1)
        hann = torch.hann_window(WINDOW, periodic=False)
        self.window = hann[:, None] * hann[None, :]

    def autocorrelation(self, grey):
        dx = F.pad(grey[..., 1:] - grey[..., :-1], (0, 1)) * self.window
        dy = F.pad(grey[..., 1:, :] - grey[..., :-1, :], (0, 0, 0, 1)) * self.window
        maps = []
        for gradient in (dx, dy, dx + dy):
            spectrum = torch.fft.rfft2(gradient, (2 * WINDOW, 2 * WINDOW))
            power = spectrum.real ** 2 + spectrum.imag ** 2
            first = WINDOW - KERNEL
            c = torch.fft.fftshift(torch.fft.irfft2(power, (2 * WINDOW, 2 * WINDOW)), (2, 3))
            c = c[..., first:first + 2 * KERNEL, first:first + 2 * KERNEL]
            maps.append(c / (c.amax((2, 3), keepdim=True) + 1e-6))
        return torch.cat(maps, 1)

    def forward(self, chip):
        grey = luma(chip)
        grey = (grey - grey.mean((2, 3), keepdim=True)) / (grey.std((2, 3), keepdim=True) + 0.02)
        f = self.b1(self.stem(F.pixel_unshuffle(grey, 4)))
        f = self.b3(self.d2(self.b2(self.d1(f))))
        vector = torch.relu(self.vec(f)).flatten(1)
        drawn = self.map(vector).view(-1, 2, KERNEL, KERNEL)
        h = self.a1(torch.cat([self.a0(self.autocorrelation(grey)), drawn], 1))
        film = self.film(vector)[..., None, None]
        for i, block in enumerate(self.a2):
            h = block(h)
            if i == 1:
                h = h * (1 + film[:, :48]) + film[:, 48:]
        return self.out(h).flatten(1).softmax(1).view(-1, KERNEL, KERNEL)


def gradients(grey):
    corner = grey[..., :-1, :-1]
    return torch.cat([grey[..., :-1, 1:] - corner, grey[..., 1:, :-1] - corner], 1)


def gradients_adjoint(planes):
    x, y = planes[:, :1], planes[:, 1:]
    return F.pad(x, (1, 0, 0, 1)) + F.pad(y, (0, 1, 1, 0)) - F.pad(x + y, (0, 1, 0, 1))


def solve_kernel(blurred, restored, used, prior, steps=30):
    """The kernel that blurs one image into the other, held near `prior`: see src/nn/kernel_solver.h.
    `used` is the kernel that the image was restored with."""
    size, valid, reach = (WINDOW, WINDOW), WINDOW - KERNEL + 1, KERNEL // 2
    x = luma(restored) - luma(restored).mean()
    y = luma(blurred)[..., reach:reach + valid, reach:reach + valid]
    spectrum = torch.fft.rfft2(x, size)

    def correlate(kernel):
        return torch.fft.irfft2(spectrum * torch.fft.rfft2(kernel[None], size).conj(), size)[..., :valid, :valid]

    def adjoint(plane):
        return torch.fft.irfft2(spectrum * torch.fft.rfft2(plane, size).conj(), size)[0, :, :KERNEL, :KERNEL]

    def product(kernel):
        return adjoint(gradients_adjoint(gradients(correlate(kernel))))

    largest = torch.ones_like(prior)  # eigenvector of the product, by power iteration
    for _ in range(6):
        largest = product(largest)
        length = largest.norm()
        largest = largest / length
    energy = gradients(x).square().sum() * ((valid - 1) / (WINDOW - 1)) ** 2
    unexplained = (gradients(y) - gradients(correlate(used))).square().sum()
    pull = 0.2 * energy + 17.5 * unexplained
    step = 1 / (1.1 * length + pull)
    right = adjoint(gradients_adjoint(gradients(y))) + pull * prior
    kernel = ahead = prior
    t = 1
    for _ in range(steps):
        following = (ahead - step * (product(ahead) + pull * ahead - right)).clamp_min(0)
        t, before = (1 + (1 + 4 * t * t) ** 0.5) / 2, t
        ahead = following + (before - 1) / t * (following - kernel)
        kernel = following
    return kernel


def keep_peaks(kernel):
    t = (kernel / (0.15 * kernel.max())).clamp(0, 1)
    kept = kernel * t * t * (3 - 2 * t)
    return kept / kept.sum()


def center(kernel):
    at = torch.arange(KERNEL) - 0.5 * (KERNEL - 1)
    x, y = (kernel[0].sum(0) * at).sum(), (kernel[0].sum(1) * at).sum()
    shift = torch.tensor([[[1, 0, x * 2 / KERNEL], [0, 1, y * 2 / KERNEL]]])
    grid = F.affine_grid(shift, (1, 1, KERNEL, KERNEL), align_corners=False)
    moved = F.grid_sample(kernel[None], grid, align_corners=False)[0]
    return moved / moved.sum()


class FaceWiener(nn.Module):
    def __init__(self):
        super().__init__()
        self.k, self.u = KernelNet(), UNet()

    def deconvolve(self, chip, kernel):
        padded = F.pad(chip, (BORDER,) * 4, mode="reflect")
        origin = torch.zeros(len(kernel), padded.shape[2], padded.shape[3])
        origin[:, :KERNEL, :KERNEL] = kernel.flip(1, 2)
        transfer = torch.fft.rfft2(torch.roll(origin, (-(KERNEL // 2),) * 2, (1, 2)))[:, None]
        power = transfer.abs() ** 2
        numerator = transfer.conj() * torch.fft.rfft2(padded)
        inner = slice(BORDER, -BORDER)
        return torch.cat([torch.fft.irfft2(numerator / (power + r), padded.shape[2:])[..., inner, inner]
                          for r in RATIOS], 1).clamp(-0.5, 1.5)

    def restore(self, chip, kernel):
        return chip + self.u(torch.cat([chip, self.deconvolve(chip, kernel)], 1))

    def solve_again(self, chip, prior):
        kernel = keep_peaks(prior)
        for _ in range(3):
            restored = self.restore(chip, kernel).clamp(0, 1)
            kernel = center(keep_peaks(solve_kernel(chip, restored, kernel, prior)))
        return kernel

    def forward(self, chip):
        both = self.k(torch.cat([chip, chip.flip(3)]))
        logs = (both[:1] + 1e-8).log() + (both[1:].flip(2) + 1e-8).log()
        seen = (0.5 * logs).flatten(1).softmax(1).view(1, KERNEL, KERNEL)
        kernel = self.solve_again(chip, seen)
        once = self.restore(chip, kernel)
        mirrored = self.restore(chip.flip(3), kernel.flip(2)).flip(3)
        return (0.5 * (once + mirrored)).clamp(0, 1), seen


def change_weight(kernel):
    k = kernel[0].double().numpy()
    at = np.arange(KERNEL)
    variance = sum((m * at ** 2).sum() - (m * at).sum() ** 2 for m in (k.sum(0), k.sum(1)))
    t = np.clip((np.sqrt(max(variance, 0)) - 0.85) / 0.4, 0, 1)
    return 0.15 + 0.85 * t * t * (3 - 2 * t)


def main(weights, source, target):
    net = FaceWiener().eval()
    with h5py.File(weights) as file:
        tensors = {name: torch.from_numpy(value[()].astype(np.float32)) for name, value in file["tensors"].items()}
    net.load_state_dict(tensors)
    os.makedirs(target, exist_ok=True)
    with torch.inference_mode():
        for name in sorted(os.listdir(source)):
            image = cv2.imread(os.path.join(source, name)).astype(np.float32) / 255
            chip = torch.from_numpy(image).permute(2, 0, 1)[None].contiguous()
            sharp, kernel = net(chip)
            out = chip + (sharp - chip) * float(change_weight(kernel))
            cv2.imwrite(os.path.join(target, name), (out[0].permute(1, 2, 0).numpy() * 255).round().clip(0, 255).astype(np.uint8))


if __name__ == "__main__":
    main(*sys.argv[1:4])
