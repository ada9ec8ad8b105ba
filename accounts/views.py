"""The page that opens a locked session again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.access import public
from accounts.idle import PASSWORD, ask, unlock


@public
def open_again(request: HttpRequest) -> HttpResponse:
    """The password, then on to where one was. A script that stays on its page gets 204."""
    onward = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        onward = "/"
    if not request.user.is_authenticated:
        return redirect("account_login")
    if request.method == "POST":
        if unlock(request, request.POST.get(PASSWORD, "")):
            return HttpResponse(status=204) if request.headers.get("X-Stays") else redirect(onward)
        if not request.user.is_authenticated:
            return redirect("account_login")
    response = ask(request, action=request.path, entered=[("next", onward)])
    if request.method != "POST":
        response.status_code = 200
    return response


urls: list[URLPattern] = [path("unlock/", open_again, name="unlock")]
