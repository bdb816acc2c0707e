"""Pictures larger than a request: upload link, object event, download link."""

import io
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from components.local.resources.kind import Context
from pipeline.http_client import Response, request
from tests.emulator.conftest import Local
from tests.pictures.files import bomb
from tests.recording import ROOT
from tests.waiting import eventually

BODY_LIMIT = 4_500_000
UPLOAD_LIMIT = 25_000_000


@pytest.fixture
def url(local: Local) -> str:
    return f"{local.outputs['apiUrl']}/glitch"


@pytest.fixture(scope="module")
def picture() -> bytes:
    """A picture like a camera's."""
    file = io.BytesIO()
    Image.effect_noise((3000, 2600), 90).convert("RGB").save(file, "JPEG", quality=95)
    assert BODY_LIMIT < file.tell() < UPLOAD_LIMIT
    return file.getvalue()


def links(url: str, size: int, options: str = "") -> dict[str, Any]:
    reply = request("POST", f"{url}/uploads?size={size}{options}", None)
    assert reply.status == 201, reply.body
    found: dict[str, Any] = json.loads(reply.body)
    return found


def result(link: str) -> Response:
    """Wait for the result at a download link."""

    def found() -> Response | None:
        reply = request("GET", link)
        assert reply.status in (200, 403, 404)
        return reply if reply.status == 200 else None

    return eventually(found)


def test_a_large_picture_keeps_its_size(url: str, picture: bytes) -> None:
    found = links(url, len(picture), "&seed=7&effect=channels")
    assert request("PUT", found["uploadUrl"], picture).status == 200
    reply = result(found["downloadUrl"])
    assert reply.headers["content-type"] == "image/jpeg"
    glitched = Image.open(io.BytesIO(reply.body))
    glitched.load()
    assert (glitched.format, glitched.size) == ("JPEG", (3000, 2600))
    assert reply.body != picture


def test_uploads_and_requests_give_the_same_result(url: str) -> None:
    small = b"any bytes"
    options = "seed=18446744073709551615&steps=70"
    by_request = request("POST", f"{url}?{options}", small, {"content-type": "text/plain"}).body
    found = links(url, len(small), f"&{options}")
    request("PUT", found["uploadUrl"], small)
    reply = result(found["downloadUrl"])
    assert (found["seed"], reply.body) == ("18446744073709551615", by_request)
    assert reply.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("length", [99, 101])
def test_an_upload_must_have_the_signed_size(url: str, length: int) -> None:
    assert request("PUT", links(url, 100)["uploadUrl"], bytes(length)).status == 403


@pytest.mark.parametrize("size", ["0", str(UPLOAD_LIMIT + 1), "many", ""])
def test_a_size_out_of_range_is_rejected_with_the_limit(url: str, size: str) -> None:
    reply = request("POST", f"{url}/uploads?size={size}", None)
    problem = json.loads(reply.body)
    assert (reply.status, problem["errorType"]) == (400, "InvalidOption")
    assert str(UPLOAD_LIMIT) in problem["detail"]


def test_a_link_is_for_one_object_and_one_method(url: str) -> None:
    first, other = links(url, 5), links(url, 5)
    request("PUT", other["uploadUrl"], b"other")
    result(other["downloadUrl"])
    path = urlsplit(other["downloadUrl"]).path
    assert request("GET", first["downloadUrl"].replace(urlsplit(first["downloadUrl"]).path, path)).status == 403
    assert request("PUT", first["downloadUrl"], b"bytes").status == 403
    assert request("GET", first["uploadUrl"]).status == 403


def test_the_result_of_a_decompression_bomb_is_a_problem(url: str) -> None:
    found = links(url, len(bomb()))
    request("PUT", found["uploadUrl"], bomb())
    reply = result(found["downloadUrl"])
    problem = json.loads(reply.body)
    assert (reply.headers["content-type"], problem["errorType"]) == ("application/problem+json", "PictureTooLarge")
    assert "Send a smaller picture" in problem["detail"]


def test_links_require_post(url: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert request(method, f"{url}/uploads?size=1").status in (404, 405)


@pytest.fixture
def bucket(local: Local, url: str) -> tuple[Context, str]:
    """The emulator and the name of the bucket of pictures."""
    return local.context, urlsplit(links(url, 1)["uploadUrl"]).path.split("/")[1]


def test_the_bucket_is_private_encrypted_and_expires_objects(bucket: tuple[Context, str]) -> None:
    context, name = bucket
    s3 = context.client("s3")
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert list(block.values()) == [True] * 4
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (rule["Status"], rule["Filter"], rule["Expiration"]) == ("Enabled", {"Prefix": ""}, {"Days": 1})
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=name)["Policy"]


def test_the_buckets_cors_allows_only_the_service(bucket: tuple[Context, str], url: str) -> None:
    context, name = bucket
    (rule,) = context.client("s3").get_bucket_cors(Bucket=name)["CORSRules"]
    address = urlsplit(url)
    assert rule["AllowedOrigins"] == [f"{address.scheme}://{address.netloc}"]
    assert sorted(rule["AllowedMethods"]) == ["GET", "PUT"]
    policy = request("GET", url).headers["content-security-policy"]
    assert f" connect-src 'self' {context.endpoint};" in policy


def test_the_readmes_commands_glitch_a_large_picture(url: str, picture: bytes, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    (commands,) = re.findall(r"^```sh\n([^`]*glitch/uploads[^`]*)^```", readme, re.MULTILINE)
    (tmp_path / "large.jpg").write_bytes(picture)
    environment = {"PATH": os.environ["PATH"], "API": url.removesuffix("/glitch")}
    done = subprocess.run(
        ["bash", "-euc", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    glitched = Image.open(tmp_path / "glitched.jpg")
    glitched.load()
    assert glitched.size == (3000, 2600)
