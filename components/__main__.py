"""The Pulumi plugin `rust-serverless`, which offers `RustHttpService` to programs in every language.

Pulumi starts it with the Python of the plugin's own environment. `requirements.txt` installs this package there, and
the build Command imports it by its name.
"""

from importlib.metadata import version

from pulumi.provider.experimental import component_provider_host
from rust_serverless import RustHttpService

NAME = "rust-serverless"

if __name__ == "__main__":
    component_provider_host(name=NAME, components=[RustHttpService], version=version(NAME))
