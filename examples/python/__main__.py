"""One Rust binary behind a URL."""

import pulumi
from rust_serverless import HttpApi, HttpApiArgs, RustFunction, RustFunctionArgs, RustWorkspace, RustWorkspaceArgs

workspace = RustWorkspace("rust", RustWorkspaceArgs(path="services/api"))
hello = RustFunction("hello", RustFunctionArgs(artifact=workspace.artifact("hello")))
api = HttpApi("api", HttpApiArgs(routes={"GET /hello": hello, "$default": hello}))
pulumi.export("url", api.url)
