"""Let a machine in: a user without a password, its duty at a site, and an OAuth client that signs in as it."""

from __future__ import annotations

from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.text import slugify

from accounts.access import SCOPES
from accounts.audit import record
from accounts.models import Membership, Role, Site, User


class Command(BaseCommand):
    help = "Make a machine client. Its id and secret are printed once; the secret is kept only as a hash."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the machine is called, such as gateway")
        parser.add_argument("--site", required=True, action="append", help="code of a site it hands in for")
        parser.add_argument("--scope", required=True, action="append", choices=sorted(set(SCOPES.values())))

    def handle(self, *args: Any, name: str, site: list[str], scope: list[str], **options: Any) -> None:
        sites = list(Site.objects.filter(code__in=site))
        if unknown := set(site) - {found.code for found in sites}:
            raise CommandError(f"There is no site {', '.join(sorted(unknown))}.")
        username = f"machine-{slugify(name)}"
        if User.objects.filter(username=username).exists():
            raise CommandError(f"There is a machine called {name} already. Choose another name.")
        client, secret = admit(name, username, sites, sorted(set(scope)))
        self.stdout.write(f"client id      {client.pk}\nclient secret  {secret}")
        self.stdout.write("The secret is shown only now.")


@transaction.atomic
def admit(name: str, username: str, sites: list[Site], scopes: list[str]) -> tuple[Client, str]:
    """The new client and its secret in clear."""
    user = User(username=username, name=name)
    user.set_unusable_password()
    user.save()
    for site in sites:
        Membership.objects.create(user=user, site=site, role=Role.MACHINE)
    secret = get_adapter().generate_client_secret()
    client = Client(name=name, owner=user, grant_types=Client.GrantType.CLIENT_CREDENTIALS)
    client.set_secret(secret)
    client.set_scopes(scopes)
    client.set_default_scopes(scopes)
    client.save()
    record(None, "machine.admit", client, owner=str(user.pk), scopes=scopes, sites=[s.code for s in sites])
    return client, secret
