"""Debian's kernels: which there are, where they are kept, and how one is fetched."""

from __future__ import annotations

import dataclasses
import lzma
import os
import pathlib
import pwd
import re
import shutil
import struct
import subprocess
import tempfile

from conformance.semantics.system.failure import Failure
from conformance.semantics.system.machines import MACHINES

_HERE = pathlib.Path(__file__).parent
_PACKAGES = _HERE / "../../../tools/toolchains/debian_packages.sh"

# unpack_packages of debian_packages.sh, as a program that prints why it failed. $1 to $3 are
# architecture, release and folder.
_UNPACK = 'source "$0" && unpack_packages "$@" > "$3/log" 2>&1 || { why_not "$3/log"; exit 1; }'

# A module's section .modinfo holds NAME=VALUE, each ended by a NUL.
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")


@dataclasses.dataclass(frozen=True, slots=True)
class Kernel:
    arch: str
    release: str  # "6.1"
    debian: str  # the release of Debian
    package: str

    def __str__(self) -> str:
        return f"{self.arch} {self.release}"


@dataclasses.dataclass(frozen=True, slots=True)
class Image:
    """What was kept of a kernel's package."""

    kernel: pathlib.Path
    modules: tuple[pathlib.Path, ...]  # in the order in which they are to be loaded
    version: str  # of the package


def read_table(path: pathlib.Path = _HERE / "kernels.txt") -> list[Kernel]:
    kernels = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 4 or words[0] not in MACHINES:
            raise Failure(
                f"{path}:{number}: not an architecture ({', '.join(MACHINES)}), a kernel, a release of Debian and a package"
            )
        kernels.append(Kernel(*words))
    return kernels


def find_kernel(arch: str, release: str) -> Kernel:
    kernels = read_table()
    if arch not in (known := sorted({kernel.arch for kernel in kernels})):
        raise Failure(f"no kernel is known for {arch!r}; known architectures: {', '.join(known)}")
    for kernel in kernels:
        if (kernel.arch, kernel.release) == (arch, release):
            return kernel
    known = [kernel.release for kernel in kernels if kernel.arch == arch]
    raise Failure(f"no kernel {release!r} is known for {arch}; known are: {', '.join(known)}")


def cache_folder() -> pathlib.Path:
    return pathlib.Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache/plumbline"


def _folder(kernel: Kernel) -> pathlib.Path:
    return cache_folder() / "kernels" / f"{kernel.arch}-{kernel.release}"


def _image(folder: pathlib.Path) -> Image:
    return Image(
        kernel=folder / "vmlinux",
        modules=tuple(sorted((folder / "modules").iterdir())),
        version=(folder / "version").read_text().strip(),
    )


def kept(kernel: Kernel) -> Image | None:
    """The kernel, if it was fetched."""
    folder = _folder(kernel)
    return _image(folder) if (folder / "version").exists() else None


def _read_module(path: pathlib.Path) -> bytes:
    content = path.read_bytes()
    return lzma.decompress(content) if path.suffix == ".xz" else content


def choose_modules(tree: pathlib.Path, names: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """The modules and those that they depend on, these first, without what is built in.

    Args:
      tree: the folder /lib/modules/VERSION.
      names: as in machines.py.

    Returns:
      name and content of each.
    """
    found = {
        path.name.partition(".")[0].replace("-", "_"): path for path in sorted(tree.rglob("*.ko*"))
    }
    built_in = {
        pathlib.PurePath(line).name.partition(".")[0].replace("-", "_")
        for line in (tree / "modules.builtin").read_text().splitlines()
    }
    chosen: dict[str, bytes] = {}

    def add(name: str) -> None:
        if name in chosen or name in built_in:
            return
        if name not in found:
            raise Failure(f"the kernel has no module {name}, neither by itself nor built in")
        content = _read_module(found[name])
        depends = _DEPENDS.search(content)
        for other in depends[1].decode().split(",") if depends else []:
            if other:
                add(other.replace("-", "_"))
        chosen[name] = content

    for name in names:
        add(name)
    return list(chosen.items())


def bootable(image: bytes) -> bytes:
    """The kernel as QEMU boots it soonest.

    An x86 image that unpacks itself spends more time on that, emulated, than its kernel on the
    rest; QEMU boots what it holds as well, if that is for PVH (CONFIG_PVH).
    """
    if image[0x202:0x206] != b"HdrS":
        return image
    sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    payload = image[(sectors + 1) * 512 + offset :][:length]
    if not payload.startswith(b"\xfd7zXZ\0"):
        return image
    # Its length follows.
    kernel = lzma.LZMADecompressor().decompress(payload)
    return kernel if kernel.startswith(b"\x7fELF") else image


def _unpack(kernel: Kernel, staging: pathlib.Path, package: str) -> pathlib.Path:
    """Gets and unpacks a package; returns the package's file."""
    result = subprocess.run(
        ["bash", "-c", _UNPACK, str(_PACKAGES), kernel.arch, kernel.debian, str(staging), package],
        env={**os.environ, "LC_ALL": "C"},
        stdout=subprocess.PIPE,
        text=True,
    )
    if result.returncode != 0:
        raise Failure(
            f"{kernel}: Debian's package {package} of {kernel.debian} could not be had: {result.stdout.strip()}"
        )
    return next((staging / "debs").glob(f"{package}_*.deb"))


def _field(package: pathlib.Path, name: str) -> str:
    return subprocess.run(
        ["dpkg-deb", "--field", str(package), name], stdout=subprocess.PIPE, check=True, text=True
    ).stdout.strip()


def _keep(kernel: Kernel, staging: pathlib.Path) -> pathlib.Path:
    """The folder that holds what is needed, of what the packages hold."""
    newest = _unpack(kernel, staging, kernel.package)
    image = re.search(r"linux-image-[^\s,(]+", _field(newest, "Depends"))
    if image is None:
        raise Failure(f"{kernel}: Debian's package {kernel.package} depends on no kernel")
    package = _unpack(kernel, staging, image[0])
    boot = staging / "unpacked/boot"
    out = staging / "out"
    out.mkdir()
    (out / "vmlinux").write_bytes(bootable(next(boot.glob("vmlinu*")).read_bytes()))
    shutil.copyfile(next(boot.glob("config-*")), out / "config")
    trees = [*(staging / "unpacked").glob("lib/modules/*"), *(staging / "unpacked").glob("usr/lib/modules/*")]
    (out / "modules").mkdir()
    for number, (name, content) in enumerate(choose_modules(trees[0], MACHINES[kernel.arch].modules)):
        (out / "modules" / f"{number:02}-{name}.ko").write_bytes(content)
    (out / "version").write_text(f"{package.name.partition('_')[0]} {_field(package, 'Version')}\n")
    return out


def fetch(kernel: Kernel) -> Image:
    """The kernel; gets it unless it is there. Nothing is installed, and it needs no root."""
    if image := kept(kernel):
        return image
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Failure(f"{kernel}: this is not Debian, so its kernels are not fetched")
    folder = _folder(kernel)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
        staging = pathlib.Path(name)
        out = _keep(kernel, staging)
        try:
            out.rename(folder)
        except OSError:
            # Somebody else was faster; theirs is the same.
            if not kept(kernel):
                raise
    return _image(folder)
