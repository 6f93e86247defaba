"""Turn frames into a small video file, or into an animated GIF if no encoder is installed.

The encoder comes with the package imageio-ffmpeg; nothing else is needed.
"""

from __future__ import annotations

import io
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
        except (ImportError, RuntimeError, OSError):  # no encoder, or one without H.264
            return _gif(frames, frames_per_second), "image/gif"
        return path.read_bytes(), "video/mp4"


def write_mp4(frames: Sequence[np.ndarray], frames_per_second: float, path: Path) -> None:
    """Write an H.264 video.

    Raises ImportError if imageio-ffmpeg is not installed, RuntimeError if it has no encoder for
    this machine, OSError if the encoder fails.
    """
    import imageio_ffmpeg

    height, width, _ = frames[0].shape
    writer = imageio_ffmpeg.write_frames(
        str(path),
        (width, height),
        fps=frames_per_second,
        codec="libx264",
        pix_fmt_out="yuv420p",  # the only colour format that every browser decodes
        macro_block_size=2,
        quality=None,
        # faststart: a page can start to play before it has read the whole file.
        output_params=["-preset", "veryfast", "-crf", "26", "-movflags", "+faststart"],
    )
    writer.send(None)
    for frame in frames:
        writer.send(np.ascontiguousarray(frame))
    writer.close()


def _gif(frames: Sequence[np.ndarray], frames_per_second: float) -> bytes:
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
