"""Test pictures of decoders, from Debian's source packages."""

import shutil
import subprocess
from pathlib import Path

PACKAGES = ("pillow", "libpng1.6", "libjpeg-turbo")
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
ENDINGS = {".jpg", ".jpeg", ".jpe", ".mpo", ".png", ".apng"}


def fetch(folder: Path, scratch: Path) -> None:
    """Download the source packages, and copy their JPEG and PNG files into a folder."""
    state = scratch / "apt"
    for part in ("lists/partial", "cache/archives/partial", "sources"):
        (state / part).mkdir(parents=True)
    sources = SOURCES.read_text().replace("Types: deb\n", "Types: deb-src\n")
    (state / "sources" / "debian.sources").write_text(sources)
    options = [
        f"Dir::Etc::sourceparts={state / 'sources'}",
        "Dir::Etc::sourcelist=/dev/null",
        f"Dir::State::lists={state / 'lists'}",
        f"Dir::Cache={state / 'cache'}",
        "APT::Sandbox::User=root",
    ]
    apt = ["apt-get", "--quiet", *(word for option in options for word in ("-o", option))]
    subprocess.run([*apt, "update"], cwd=scratch, check=True, capture_output=True)
    for package in PACKAGES:
        subprocess.run([*apt, "source", "--download-only", "--tar-only", package], cwd=scratch, check=True)
    for archive in scratch.glob("*.orig.tar.*"):
        subprocess.run(["tar", "--extract", "--file", archive], cwd=scratch, check=True)
    for file in sorted(path for path in scratch.rglob("*") if path.suffix.lower() in ENDINGS):
        shutil.copy(file, folder / "-".join(file.relative_to(scratch).parts))
