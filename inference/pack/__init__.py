"""What a model pack is: its folder and archive, its manifest, what goes in and what comes out. Pure."""

from inference.pack.folder import (
    LARGEST_MODEL,
    MANIFEST,
    Manifest,
    Pack,
    PackError,
    check_ports,
    copy_into,
    load,
    write,
)

__all__ = ["LARGEST_MODEL", "MANIFEST", "Manifest", "Pack", "PackError", "check_ports", "copy_into", "load", "write"]
