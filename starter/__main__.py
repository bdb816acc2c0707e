"""One Rust function behind an HTTP API."""

import pulumi
from rust_serverless import HttpApi, HttpApiArgs, RustFunction, RustFunctionArgs, RustWorkspace, RustWorkspaceArgs

workspace = RustWorkspace("rust", RustWorkspaceArgs(path="rust"))
hello = RustFunction("hello", RustFunctionArgs(artifact=workspace.artifact("hello")))
api = HttpApi("api", HttpApiArgs(routes={"GET /hello": hello}))

pulumi.export("url", pulumi.Output.concat(api.url, "/hello"))
