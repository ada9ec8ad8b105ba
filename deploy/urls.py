"""All addresses."""

from allauth.account import views as account
from allauth.idp.oidc import views as oidc
from django.contrib import admin
from django.urls import include, path

from accounts.tokens import limited

urlpatterns = [
    path("", include("screening.urls")),
    path("", include("accounts.urls")),
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-up/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("re-authenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("mfa/", include("allauth.mfa.urls")),
    path("api/v1/token", limited(oidc.token), name="token"),
    path("api/v1/", include("screening.api.urls")),
    path("technician/", admin.site.urls),
]
