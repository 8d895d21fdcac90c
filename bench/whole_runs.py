#!/usr/bin/python3
"""Times whole runs and stages and prints a table of ratios, each against something of the same run.

usage: bench/whole_runs.py BUILD_FOLDER [--first PROGRAM] [--quick]
Needs python3-opencv; for the Python loop also python3-torch and python3-h5py. PROGRAM is an older
build to compare the start with. Leave the machine alone meanwhile.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLURRED = os.path.join(ROOT, "data", "blurred")
CORES = os.cpu_count()


class Run:
    """One finished process: wall and CPU seconds, peak memory in MB."""

    def __init__(self, *command):
        begin = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit {child.returncode}")
        self.wall = time.monotonic() - begin
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss / 1024


def median_wall(count, *command):
    return sorted(Run(*command).wall for _ in range(count))[count // 2]


def fresh(folder, name):
    path = os.path.join(folder, name)
    shutil.rmtree(path, ignore_errors=True)
    return path


def mixed_photos(folder, count):
    """Photos of 0.3 to 12 megapixels, most with one face, some with six or none."""
    os.makedirs(folder)
    one = [cv2.imread(os.path.join(BLURRED, n)) for n in ("portrait_01.png", "portrait_03.jpg", "portrait_13_grey.png")]
    group = cv2.imread(os.path.join(BLURRED, "group_1.jpg"))
    random = np.random.RandomState(1)
    for i in range(count):
        photo = group if i % 10 == 0 else one[i % 3]
        if i % 10 == 5:
            photo = photo[: photo.shape[0] // 5]  # no face
        megapixels = 0.3 * 40 ** random.rand()
        scale = (megapixels * 1e6 / (photo.shape[0] * photo.shape[1])) ** 0.5
        photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(os.path.join(folder, f"p{i:03}.jpg"), photo, [cv2.IMWRITE_JPEG_QUALITY, 92])


def aligned_faces(folder, count, size=128):
    os.makedirs(folder)
    portraits = [cv2.imread(os.path.join(BLURRED, n)) for n in ("portrait_01.png", "portrait_03.jpg", "portrait_13_grey.png")]
    random = np.random.RandomState(2)
    for i in range(count):
        x, y, side = random.randint(60, 130), random.randint(100, 180), random.randint(220, 280)
        face = cv2.resize(portraits[i % 3][y:y + side, x:x + side], (size, size), interpolation=cv2.INTER_AREA)
        cv2.imwrite(os.path.join(folder, f"f{i:03}.png"), face)


def cost_of_a_face(program, work, size):
    """CPU seconds for one more aligned face, and the peak memory in MB; both on one thread."""
    runs = {}
    for count in (4, 20):
        faces = os.path.join(work, f"aligned_{size}_{count}")
        if not os.path.isdir(faces):
            aligned_faces(faces, count, size)
        runs[count] = [Run(program, "-q", "--aligned", faces, fresh(work, "out"), "--threads", "1", "--jobs", "1") for _ in range(3)]
    seconds = {count: sorted(run.cpu for run in done)[1] for count, done in runs.items()}
    return (seconds[20] - seconds[4]) / 16, max(run.memory for run in runs[20])


def small_photos(folder, count):
    os.makedirs(folder)
    portrait = cv2.imread(os.path.join(BLURRED, "portrait_03.jpg"))
    plain = cv2.resize(portrait[:60], (96, 96))
    face = cv2.resize(portrait, (192, 240), interpolation=cv2.INTER_AREA)
    coded = [cv2.imencode(".jpg", image)[1].tobytes() for image in (plain, face)]
    for i in range(count):
        with open(os.path.join(folder, f"p{i:05}.jpg"), "wb") as file:
            file.write(coded[i % 20 == 0])


def detect_seconds(program, work, megapixels):
    group = cv2.imread(os.path.join(BLURRED, "group_1.jpg"))
    scale = (megapixels * 1e6 / (group.shape[0] * group.shape[1])) ** 0.5
    photo = os.path.join(work, f"group_{megapixels}.jpg")
    cv2.imwrite(photo, cv2.resize(group, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
    seconds = []
    for _ in range(3):
        report = os.path.join(work, "report.jsonl")
        Run(program, "-q", photo, fresh(work, "detect") + "/", "--report", report)
        with open(report) as lines:
            record = [json.loads(line) for line in lines][1]
        seconds.append(record["seconds"]["detect"])
    return sorted(seconds)[1], len(record["faces"])


def whole_runs(program, first, quick, work):
    rows = []
    add = lambda what, ratio, goal: rows.append((what, ratio, goal))
    portrait = os.path.join(BLURRED, "portrait_03.jpg")
    out = os.path.join(work, "portrait.jpg")
    start = lambda p: median_wall(9, p, "-q", "--overwrite", portrait, out)
    ours = start(program)
    if first:
        theirs = start(first)
        add("one 480x600 portrait, wall over the first version's", f"{ours / theirs:.2f} ({ours:.2f} s / {theirs:.2f} s)", "0.5")
        for size in (128, 256):
            (our_seconds, our_memory), (seconds, memory) = (cost_of_a_face(p, work, size) for p in (program, first))
            add(f"an aligned face of {size} pixels, CPU seconds and peak memory over the first version's",
                f"{our_seconds / seconds:.2f} ({our_seconds:.2f} s / {seconds:.2f} s); {our_memory / memory:.2f} ({our_memory:.0f} / {memory:.0f} MB)", "2.5; 1.1")
    compare = median_wall(9, program, "compare", portrait, portrait)
    add("`compare` of two portraits (no network), wall over that of the portrait", f"{compare / ours:.2f}", "")

    mixed = os.path.join(work, "mixed")
    mixed_photos(mixed, 40 if quick else 200)
    both = Run(program, "-q", mixed, fresh(work, "out"))
    add(f"{len(os.listdir(mixed))} mixed photos, wall over (CPU seconds / {CORES} cores)", f"{both.wall / (both.cpu / CORES):.2f}", "1.10")
    add("the same, peak memory", f"{both.memory:.0f} MB", "700 MB")
    single = Run(program, "-q", mixed, fresh(work, "out"), "--jobs", "1", "--threads", "1")
    add("the same, `--jobs 1 --threads 1` over the default, wall", f"{single.wall / both.wall:.2f}", "")
    tight = Run(program, "-q", mixed, fresh(work, "out"), "--max-memory", "650MB")
    add("the same with `--max-memory 650MB`: peak memory; wall over the default", f"{tight.memory:.0f} MB; {tight.wall / both.wall:.2f}", "")

    faces = os.path.join(work, "faces")
    aligned_faces(faces, 100 if quick else 500)
    weights = os.path.join(ROOT, "models", "face_wiener_congress.h5")  # the loop knows face-wiener-1 alone
    loop = Run("/usr/bin/python3", os.path.join(ROOT, "bench", "python_loop.py"), weights, faces, fresh(work, "python"))
    for precision in ("fp32", "bf16"):
        fast = subprocess.run([program, "-q", "--aligned", portrait, out, "--overwrite", "--precision", precision],
                              stderr=subprocess.DEVNULL).returncode == 0
        if not fast:
            continue  # no such instructions here
        run = Run(program, "-q", "--aligned", faces, fresh(work, "aligned"), "--precision", precision, "-w", weights)
        add(f"{len(os.listdir(faces))} aligned 128x128 faces, Python loop over {precision}, wall", f"{loop.wall / run.wall:.2f}", "3")

    few, many = (100, 1000) if quick else (100, 10000)
    costs = []
    for count in (few, many):
        small = os.path.join(work, f"small{count}")
        small_photos(small, count)
        # Of a hundred images the start is most: its scatter must not be.
        runs = [Run(program, "-q", small, fresh(work, "out")) for _ in range(15 if count == few else 1)]
        costs.append(sorted(run.wall for run in runs)[len(runs) // 2])
    start_up = median_wall(15, program, "-q", "--overwrite", os.path.join(small, "p00001.jpg"), out)
    add(f"seconds per image of {many} over those of {few}, without start-up",
        f"{(costs[1] - start_up) / many / ((costs[0] - start_up) / few):.2f}", "1")

    (two, faces_2), (large, faces_24) = detect_seconds(program, work, 2), detect_seconds(program, work, 24)
    add(f"detection, 24 over 2 megapixels ({faces_24} and {faces_2} faces found)", f"{large / two:.2f}", "2")
    return rows


def stages(build):
    result = subprocess.run([os.path.join(build, "bench", "stage_benchmark"), "--benchmark_format=json",
                             "--benchmark_repetitions=5", "--benchmark_report_aggregates_only=true"],
                            stdout=subprocess.PIPE, check=True)
    found = {}
    for entry in json.loads(result.stdout)["benchmarks"]:
        if entry.get("aggregate_name") == "median" and not entry.get("error_occurred"):
            found[entry["run_name"]] = entry
    rate = lambda name: found[name]["GFLOP/s"]
    sides = (128, 256)
    rows = []
    limits = {}
    for i, precision in enumerate(("fp32", "bf16")):
        layers = [n for n in found if n.startswith("ConvolutionLimit/") and n.endswith(f"/{i}")]
        if not layers:
            continue  # no such instructions here
        limits[precision] = max(rate(n) for n in layers)
        for side in sides:
            plain = rate(f"Refine/{side}/{i}/0")
            rows.append((f"U-Net at {side} pixels, {precision}, plain convolutions, GFLOP/s over the limit", f"{plain / limits[precision]:.2f}", ""))
            if precision == "fp32":
                rows.append((f"U-Net at {side} pixels, fp32 as shipped (Winograd), GFLOP/s over the limit",
                             f"{rate(f'Refine/{side}/0/1') / limits[precision]:.2f}", "0.85"))
    if "bf16" in limits:
        rows.append(("convolution limit, bf16 over fp32", f"{limits['bf16'] / limits['fp32']:.2f}", ""))
        for side in sides:
            gain = rate(f"Refine/{side}/1/0") / rate(f"Refine/{side}/0/0")
            rows.append((f"U-Net at {side} pixels, bf16 over fp32, both with plain convolutions, GFLOP/s", f"{gain:.2f}", "1.8"))
        for side in sides:
            gain = found[f"RestoreChip/{side}/0"]["cpu_time"] / found[f"RestoreChip/{side}/1"]["cpu_time"]
            rows.append((f"whole face at {side} pixels, fp32 as shipped over bf16, time", f"{gain:.2f}", ""))
    against = lambda a, b: f"{found[a]['cpu_time'] / found[b]['cpu_time']:.2f}"
    for megapixels in (2, 12):
        rows.append((f"detection and landmarks of {megapixels} megapixels, with `face_finder.dat`, over plain dlib",
                     against(f"Detect/{megapixels}", f"DetectPlain/{megapixels}"), "0.6"))
    rows.append(("cutting six chips, over plain `cv::warpAffine`", against("ExtractChips", "ExtractChipsPlain"), ""))
    rows.append(("blending six faces into 12 megapixels, over whole-photo warps", against("Blend", "BlendPlain"), ""))
    for i, name in enumerate(("JPEG", "PNG", "WebP", "TIFF")):
        rows.append((f"{name}, decoding and encoding, over OpenCV's",
                     against(f"Decode/{i}", f"DecodePlain/{i}") + " and " + against(f"Encode/{i}", f"EncodePlain/{i}"), ""))
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--first")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    program = os.path.join(os.path.abspath(options.build), "bin", "facedeblur")
    with tempfile.TemporaryDirectory() as work:
        rows = stages(options.build) + whole_runs(program, options.first, options.quick, work)
    print("| what | ratio | goal |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
