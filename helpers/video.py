"""Turn frames into a small video file, or into an animated GIF where there is no ffmpeg.

ffmpeg is a program; the package imageio-ffmpeg brings one along.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

MimeType: TypeAlias = Literal["video/mp4", "image/gif"]

_GIF_WIDTH = 300  # pixels: a GIF has no motion compensation, so its size grows with the picture


def encode(frames: Sequence[np.ndarray], frames_per_second: float) -> tuple[bytes, MimeType]:
    """Make a file in memory that a web page can play: a video, or a GIF if there is no encoder.

    frames: each (height, width, 3) uint8.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "episode.mp4"
        try:
            write_mp4(frames, frames_per_second, path)
        except OSError:  # no encoder, or one without H.264
            return gif(frames, frames_per_second), "image/gif"
        return path.read_bytes(), "video/mp4"


def write_mp4(frames: Sequence[np.ndarray], frames_per_second: float, path: Path) -> None:
    """Write an H.264 video.

    frames: each (height, width, 3) uint8. Raises OSError if there is no ffmpeg or it fails.
    """
    program = _ffmpeg()
    if program is None:
        raise FileNotFoundError("There is no ffmpeg on this computer.")
    height, width, _ = frames[0].shape
    command = [
        program, "-loglevel", "error", "-y",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
        "-r", f"{frames_per_second}", "-i", "-",
        # The colour format that every browser decodes; it needs even numbers of pixels.
        "-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2", "-pix_fmt", "yuv420p",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "26",
        "-movflags", "+faststart",  # a page can start to play before it has read the whole file
        str(path),
    ]  # fmt: skip
    no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows only
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, creationflags=no_window
    ) as process:
        assert process.stdin is not None
        for frame in frames:
            process.stdin.write(np.ascontiguousarray(frame).tobytes())
    if process.returncode != 0:
        raise OSError(f"ffmpeg failed (exit status {process.returncode}).")


def _ffmpeg() -> str | None:
    """The program that encodes videos; None if there is none on this computer."""
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):  # not installed, or not for this machine
        return shutil.which("ffmpeg")


def gif(frames: Sequence[np.ndarray], frames_per_second: float) -> bytes:
    """An animated GIF that repeats for ever. frames: each (height, width, 3) uint8."""
    pictures = list(_small_pictures(frames))
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        format="gif",
        save_all=True,
        append_images=pictures[1:],
        duration=max(20, round(1000 / frames_per_second)),  # browsers slow down below 20 ms
        loop=0,
    )
    return buffer.getvalue()


def _small_pictures(frames: Sequence[np.ndarray]) -> Iterator[Any]:
    from PIL import Image

    for frame in frames:
        picture = Image.fromarray(frame)
        height = round(picture.height * _GIF_WIDTH / picture.width)
        yield picture.resize((_GIF_WIDTH, height)).quantize(16)
