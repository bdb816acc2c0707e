"""The program that the Command of `RustWorkspace` runs."""

import os
import sys

from .artifacts import upload_missing
from .plan import BuildError


def main() -> None:
    """Build and upload the missing artifacts, and print what happened to each."""
    try:
        uploads = upload_missing(os.environ)
    except BuildError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("error: the build was interrupted: run it again. Artifacts that were uploaded are not built again")
    for key, uploaded in uploads.items():
        print(f"{key} {'uploaded' if uploaded else 'already in the bucket'}")


if __name__ == "__main__":
    main()
