"""The version of the product, said once: pages, phones and the packaging all say this one (a test holds them to it)."""

VERSION = "0.2.0"
