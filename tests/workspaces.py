"""Small Cargo workspaces on disk."""

from collections.abc import Mapping
from pathlib import Path

MANIFEST = """\
[workspace]
members = ["crates/*", "functions/*"]

[workspace.dependencies]
greeting = { path = "crates/greeting" }
serde = "1"
"""

FILES = {
    "Cargo.toml": MANIFEST,
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.95.0"\n',
    ".cargo/config.toml": "[net]\nretry = 3\n",
    ".gitignore": "*.swp\n",
    "crates/greeting/Cargo.toml": '[package]\nname = "greeting"\n',
    "crates/greeting/src/lib.rs": "pub fn greet() {}\n",
    "functions/hello/Cargo.toml": (
        '[package]\nname = "hello"\n\n[dependencies]\ngreeting = { workspace = true }\nserde = { workspace = true }\n\n'
        '[dev-dependencies]\nproptest = "1"\n'
    ),
    "functions/hello/src/main.rs": "fn main() { greeting::greet() }\n",
    "functions/hello/templates/page.html": "<p>hello</p>\n",
    "functions/alone/Cargo.toml": '[package]\nname = "alone"\n\n[dependencies]\nitoa = "1"\n',
    "functions/alone/src/main.rs": "fn main() {}\n",
    "Cargo.lock": """\
version = 4

[[package]]
name = "alone"
version = "0.1.0"
dependencies = ["itoa"]

[[package]]
name = "greeting"
version = "0.1.0"

[[package]]
name = "hello"
version = "0.1.0"
dependencies = ["greeting", "proptest", "serde"]

[[package]]
name = "itoa"
version = "1.0.15"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "itoa-checksum"

[[package]]
name = "proptest"
version = "1.7.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "proptest-checksum"

[[package]]
name = "serde"
version = "1.0.228"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "serde-checksum"
dependencies = ["serde_core"]

[[package]]
name = "serde_core"
version = "1.0.228"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "serde-core-checksum"
""",
}
"""Two binaries: `hello` uses the crate `greeting` and serde, `alone` uses neither."""


def write_workspace(root: Path, files: Mapping[str, str] = FILES) -> Path:
    """Write a workspace below `root`, in the order of `files`, and return `root`."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return root
