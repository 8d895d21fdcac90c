#!/usr/bin/env python3
"""Makes data/sharp and data/blurred from a folder of sharp portraits and group photos.

usage: make_data.py SAMPLES DATA      (needs python3-numpy and python3-opencv)

Every file stands for one case that the program must handle; data/README.md lists them. The same seed
gives the same files. data/reference is made by the program itself, see data/README.md.
"""
import struct
import sys
from pathlib import Path

import cv2
import numpy as np


def shake_kernel(rng, length):
    """Camera shake as a random quadratic Bezier path about `length` pixels long, centred."""
    size = length | 1
    angle = rng.uniform(0, 2 * np.pi)
    end = length * 0.45 * np.array([np.cos(angle), np.sin(angle)])
    bend = length * rng.uniform(-0.5, 0.5) * np.array([-np.sin(angle), np.cos(angle)])
    t = np.linspace(0, 1, 2000)[:, None]
    path = (1 - t) ** 2 * -end + 2 * t * (1 - t) * bend + t**2 * end
    path -= path.mean(0)
    kernel = np.zeros((size, size))
    for x, y in path + (size - 1) / 2:
        i, j = int(np.floor(y)), int(np.floor(x))
        b, a = y - i, x - j
        for di, wi in ((0, 1 - b), (1, b)):
            for dj, wj in ((0, 1 - a), (1, a)):
                if 0 <= i + di < size and 0 <= j + dj < size:
                    kernel[i + di, j + dj] += wi * wj
    return kernel / kernel.sum()


def defocus_kernel(radius):
    """A disc with soft rim."""
    size = int(np.ceil(radius)) * 2 + 1
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return kernel / kernel.sum()


def blur(image, kernel, rng, noise=0.006):
    """Blurs a 0..1 image and adds Gaussian noise."""
    blurred = cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    return np.clip(blurred + rng.normal(size=image.shape) * noise, 0, 1)


def exif_segment(orientation):
    """A minimal EXIF APP1 segment: maker, orientation, date."""
    maker, date = b"facedeblur sample\0", b"2026:01:01 12:00:00\0"
    entries = 3
    data_at = 8 + 2 + 12 * entries + 4
    ifd = struct.pack("<H", entries)
    ifd += struct.pack("<HHII", 0x010F, 2, len(maker), data_at)
    ifd += struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    ifd += struct.pack("<HHII", 0x0132, 2, len(date), data_at + len(maker))
    ifd += struct.pack("<I", 0)
    body = b"Exif\0\0" + b"II*\0" + struct.pack("<I", 8) + ifd + maker + date
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def main():
    samples, data = Path(sys.argv[1]), Path(sys.argv[2])
    rng = np.random.default_rng(20260101)
    (data / "sharp").mkdir(parents=True, exist_ok=True)
    (data / "blurred").mkdir(parents=True, exist_ok=True)

    def read(name):
        raw = (samples / name).read_bytes()
        (data / "sharp" / name).write_bytes(raw)
        return cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR) / 255.0

    def write(name, image, flags=(), depth=np.uint8):
        pixels = np.round(image * np.iinfo(depth).max).astype(depth)
        cv2.imwrite(str(data / "blurred" / name), pixels, list(flags))

    write("portrait_01.png", blur(read("portrait_01.png"), shake_kernel(rng, 17), rng))
    write("portrait_03.jpg", blur(read("portrait_03.png"), shake_kernel(rng, 25), rng),
          (cv2.IMWRITE_JPEG_QUALITY, 93))
    write("portrait_05_16bit.png",
          cv2.GaussianBlur(read("portrait_05.png"), (0, 0), 3.0), depth=np.uint16)
    write("portrait_07.webp", blur(read("portrait_07.png"), defocus_kernel(5.5), rng),
          (cv2.IMWRITE_WEBP_QUALITY, 92))

    grey = cv2.cvtColor(read("portrait_13.png").astype(np.float32), cv2.COLOR_BGR2GRAY)
    write("portrait_13_grey.png", blur(grey, shake_kernel(rng, 21), rng))

    # A phone held upright: pixels stored lying on their side, with the EXIF tag that says so.
    upright = blur(read("portrait_10.png"), shake_kernel(rng, 13), rng)
    stored = cv2.rotate(np.round(upright * 255).astype(np.uint8), cv2.ROTATE_90_COUNTERCLOCKWISE)
    coded = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    (data / "blurred" / "portrait_10_rotated.jpg").write_bytes(
        coded[:2] + exif_segment(6) + coded[2:])

    write("group_1.jpg", blur(read("group_1.jpg"), shake_kernel(rng, 11), rng, 0.004),
          (cv2.IMWRITE_JPEG_QUALITY, 92))


if __name__ == "__main__":
    main()
