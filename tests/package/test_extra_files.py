"""Files next to the binary, as a function on the emulator finds them."""

from pipeline.http_client import request
from tests.package.conftest import Outsider

PROGRAM = """\
import pulumi
from rust_serverless import HttpApi, HttpApiArgs, RustFunction, RustFunctionArgs, RustWorkspace, RustWorkspaceArgs

workspace = RustWorkspace("rust", RustWorkspaceArgs(path="services/api"))
artifact = workspace.artifact("hello", files={"pages/": "../../web/pages"})
hello = RustFunction("hello", RustFunctionArgs(artifact=artifact))
api = HttpApi("api", HttpApiArgs(routes={"GET /hello": hello}))
pulumi.export("url", pulumi.Output.concat(api.url, "/hello"))
pulumi.export("key", artifact.key)
"""
HANDLER = """\
mod runtime;

fn main() {
    let task = std::env::var("LAMBDA_TASK_ROOT").unwrap();
    runtime::serve(&std::fs::read_to_string(format!("{task}/pages/en/hello.txt")).unwrap());
}
"""


def test_a_handler_serves_the_files_of_its_zip(outsider: Outsider) -> None:
    page = outsider.root / "web/pages/en/hello.txt"
    page.parent.mkdir(parents=True)
    (outsider.root / "services/api/src/main.rs").write_text(HANDLER)
    keys = []
    for text in ("Good morning", "Good evening"):
        page.write_text(text)
        outputs = outsider.up(PROGRAM)
        keys.append(outputs["key"])
        assert request("GET", outputs["url"]).body == text.encode()
    assert keys[0] != keys[1]
