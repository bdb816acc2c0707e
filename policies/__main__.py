"""The policy pack: `pulumi preview --policy-pack policies`."""

from pack import start

start()
